import { execa } from 'execa';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { TEMPLATES } from '../../src/operations/templates.ts';
import { PYTHON, R } from '../programs/command/languages.ts';

import { permafrost, temporaryFolder } from './cli.ts';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

const IS_HERE: Readonly<Record<string, boolean>> = { python: PYTHON, r: R };

describe.each(Object.keys(TEMPLATES))('what init writes in %s', (template) => {
  test.skipIf(IS_HERE[template] === false)(
    'runs, and its own test passes (skipped where the language is not installed)',
    async () => {
      const folder = join(temporaryFolder(), 'sim');
      const made = await permafrost(['init', folder, '--template', template]);
      expect(made.exit, made.stderr).toBe(0);
      expect(made.stdout).toContain('npm install');
      // As npm install makes it of a file: dependency.
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(PACKAGE, join(folder, 'node_modules', 'permafrost'), 'junction');
      const ran = await permafrost(['run', 'study.yaml', '--permutations', '500'], { cwd: folder });
      expect(ran.exit, ran.stderr).toBe(0);
      expect(ran.stdout).toContain('6 of 6 cells; 3,000 permutations computed');
      const tested = await execa(process.execPath, ['--test'], {
        cwd: folder,
        reject: false,
        env: { NODE_OPTIONS: '' },
      });
      expect(tested.exitCode, tested.stdout).toBe(0);
      expect(tested.stdout).toMatch(/# pass 2/);
      const again = await permafrost(['init', '--json'], { cwd: folder });
      expect(again.exit).toBe(2);
    },
  );
});
