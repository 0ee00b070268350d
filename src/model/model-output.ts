import { Console } from 'node:console';
import { Writable } from 'node:stream';

/** As much of stderr as is needed. */
interface Stderr {
  write(text: string): unknown;
}

/** A console for models: stdout belongs to the results of a command, so what a model prints goes to stderr, each line named. */
export function modelConsole(stderr: Stderr): Console {
  return new Console({ stdout: namedOutput(stderr), stderr: namedOutput(stderr) });
}

/** The same for all that a thread prints, by its console or by process.stdout: only models print there. */
export function nameOutput(stdout: NodeJS.WriteStream, stderr: Stderr): void {
  const named = namedOutput(stderr);
  stdout.write = named.write.bind(named);
}

function namedOutput(stderr: Stderr): Writable {
  return new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, _encoding, done) => {
      const text = typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
      stderr.write(text.replaceAll(/^(?=[^\n])/gm, 'model: '));
      done();
    },
  });
}
