// Packs the project, installs the tarball into an empty folder without development and optional packages and without
// install scripts, and checks that nothing native is in it and that it runs: the promise of native-free, kept by a test.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'permafrost-packed-'));
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npm(['install', `./${filename}`, '--omit=dev', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'], folder);

  const problems = [];
  for (const name of readdirSync(join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.node') || name.endsWith('binding.gyp')) problems.push(`${name}: a native add-on`);
    if (!name.endsWith('package.json')) continue;
    let scripts;
    try {
      scripts = JSON.parse(readFileSync(join(folder, 'node_modules', name), 'utf8')).scripts ?? {};
    } catch {
      continue; // a test fixture inside a package, not a package
    }
    for (const script of ['preinstall', 'install', 'postinstall']) {
      if (script in scripts) problems.push(`${name}: runs "${script}" when it is installed`);
    }
  }
  if (problems.length > 0) throw new Error(`not native-free:\n  ${problems.join('\n  ')}`);

  cpSync(join(root, 'examples', 'coin'), join(folder, 'coin'), { recursive: true });
  const cli = join(folder, 'node_modules', 'permafrost', 'dist', 'cli.js');
  const printed = execFileSync(process.execPath, ['--no-addons', cli, 'run', 'coin/study.yaml', '--json'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const result = JSON.parse(printed);
  if (result.exit !== 0) throw new Error(`the packed CLI ended with ${result.exit}`);
  console.log(`native-free: the packed tarball holds no add-on and no install script, and ran ${result.outputs[0].permutations_computed} permutations under --no-addons`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
