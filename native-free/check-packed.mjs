// Packs the project, installs the tarball into an empty folder without development and optional packages and without
// install scripts, and checks that nothing native is in it and that it runs: the promise of native-free, kept by a test.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { checkTree } from './check-installed-tree.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'permafrost-packed-'));
// On Windows npm is a .cmd file, which only a shell starts.
const shell = process.platform === 'win32';
const npm = (args, cwd) =>
  execFileSync('npm', args, { cwd, shell, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npm(
    ['install', `./${filename}`, '--omit=dev', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'],
    folder,
  );

  const { findings } = checkTree(join(folder, 'node_modules'));
  if (findings.length > 0) throw new Error(`not native-free:\n  ${findings.join('\n  ')}`);

  cpSync(join(root, 'examples', 'coin'), join(folder, 'coin'), { recursive: true });
  const cli = join(folder, 'node_modules', 'permafrost', 'dist', 'cli.js');
  const printed = execFileSync(
    process.execPath,
    ['--no-addons', cli, 'run', 'coin/study.yaml', '--output', 'out', '--json'],
    {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const result = JSON.parse(printed);
  if (result.exit !== 0) throw new Error(`the packed CLI ended with ${result.exit}`);
  process.stdout.write(
    `native-free: the packed tarball holds no add-on and no install script, and ran ${result.outputs[0].permutations_computed} permutations under --no-addons\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
