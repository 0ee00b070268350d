import { moduleName } from '../model/model-source.ts';

/** The `data:` URL under which a worker (or this thread) imports the code: no file is written. Its name in stacks is no part of the code and its hash. */
export function moduleUrl(code: string): string {
  const named = `${code}\n//# sourceURL=${moduleName(code)}`;
  return `data:text/javascript;base64,${Buffer.from(named, 'utf8').toString('base64')}`;
}
