// Packs the project, installs the tarball into an empty folder without development and optional packages and without
// install scripts, and checks that nothing native is in it and that it runs: the promise of native-free, kept by a test.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
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
  const permafrost = (node, args) =>
    JSON.parse(
      execFileSync(node, ['--no-addons', cli, ...args, '--json'], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
  const result = permafrost(process.execPath, ['run', 'coin/study.yaml', '--output', 'out']);
  if (result.exit !== 0) throw new Error(`the packed CLI ended with ${result.exit}`);
  // What a newcomer does first, on every version that test/on-node-versions.mjs has fetched.
  const nodes = [process.execPath, ...fetchedNodes()];
  for (const [k, node] of nodes.entries()) {
    permafrost(node, ['init', `sim-${k}`]);
    const { exit } = permafrost(node, ['run', `sim-${k}/study.yaml`, '--permutations', '100']);
    if (exit !== 0) throw new Error(`what init wrote ended with ${exit} under ${node}`);
  }
  process.stdout.write(
    `native-free: the packed tarball holds no add-on and no install script, and ran ${result.outputs[0].permutations_computed} permutations under --no-addons; what init writes runs on ${nodes.length} versions of Node\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

function fetchedNodes() {
  const cache = join(root, 'node_modules', '.cache', 'node-versions');
  if (!existsSync(cache)) return [];
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return readdirSync(cache, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === name && basename(dirname(path)) === 'bin')
    .map((path) => join(cache, path));
}
