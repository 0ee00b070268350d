import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { once } from './report.mjs';

/** A Python that has the module: the one on the path, else the system's own (Debian's packages are installed for that one). None where the files are only tried. */
export function pythonWith(module) {
  if (once) return undefined;
  for (const python of ['python3', '/usr/bin/python3']) {
    const { status, stdout } = spawnSync(python, ['-c', `import ${module}; print(${module}.__version__)`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (status === 0) return { python, version: `${module} ${stdout.toString().trim()} (${python})` };
  }
  process.stderr.write(`no Python here has ${module}: it is left out\n`);
  return undefined;
}
