/** The `data:` URL under which a worker (or this thread) imports the code: no file is written. */
export function moduleUrl(code: string): string {
  return `data:text/javascript;base64,${Buffer.from(code, 'utf8').toString('base64')}`;
}
