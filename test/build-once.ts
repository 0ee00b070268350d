import { execSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tests that start the real process run `dist/cli.js`: build it once, so that what is tested is what is shipped. */
export default function setup(): void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  // By the shell: on Windows npm is a .cmd file.
  execSync('npm run --silent build', { cwd: root, stdio: 'inherit' });
}
