import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { look } from '../files/look.ts';
import { EngineError } from '../errors.ts';
import { makeGivenFolder } from '../files/folder.ts';
import { writeNewFile } from '../files/new-file.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { notExpected } from '../wording/expected.ts';
import { TEMPLATES, type TemplateName } from './templates.ts';

/** Options of `init`. */
export interface InitOptions {
  /** The language that the model is written in. Default: typescript. */
  readonly template?: TemplateName | undefined;
  /** How the README calls the command: `npx permafrost`. Default: `permafrost`. */
  readonly command?: string | undefined;
}

/** What `init` wrote. */
export interface Initialised {
  readonly folder: string;
  readonly template: TemplateName;
  /** By their names in the folder, in the order of the README. */
  readonly files: readonly string[];
  /** What must be there to run it, besides permafrost: `python3`. Empty for nothing. */
  readonly needs: string;
  /** What runs the test. */
  readonly test: string;
  /** Whether `import ... from 'permafrost'` is understood there: what the test, and an editor, need. */
  readonly resolves: boolean;
}

const PACKAGE = new URL('../../', import.meta.url);

/**
 * Writes a model, a study, a test and a README into a folder, which run at once. Nothing that is there is touched: where a file of one of these names is, nothing is
 * written (EngineError USAGE); a package.json that is there stays.
 */
export async function init(
  folder = '.',
  { template = 'typescript', command = 'permafrost' }: InitOptions = {},
  { port }: Pick<Host, 'port'> = thisMachine,
): Promise<Initialised> {
  if (!Object.hasOwn(TEMPLATES, template)) throw notExpected('template', Object.keys(TEMPLATES).join(', '), template);
  const { files: own, needs, notes } = TEMPLATES[template];
  const place = resolve(folder);
  const texts = new Map<string, Uint8Array>();
  for (const [name, { from }] of Object.entries(own)) texts.set(name, readFileSync(from));
  texts.set('walk.test.mjs', common('walk.test.mjs'));
  const rows = Object.entries({ ...own, 'walk.test.mjs': { is: 'what is known of the model, tried' } });
  const is_new = !existsSync(join(place, 'package.json'));
  const test = is_new ? 'npm test' : 'node --test';
  const table = rows.map(([name, { is }]) => `| \`${name}\` | ${is} |`).join('\n');
  const readme = { FILES: table, COMMAND: command, TEST: test, NOTES: notes === '' ? '' : `\n${notes}\n` };
  texts.set('README.md', filled(common('README.md'), readme));
  texts.set('.gitignore', common('gitignore'));
  if (is_new) texts.set('package.json', packageJson(place));

  const there = [...texts.keys()].filter((name) => look(port, join(place, name)) !== undefined);
  // A repository has one of its own; what is missing in it is a person's to add.
  if (there.includes('.gitignore')) texts.delete('.gitignore');
  const kept = there.filter((name) => name !== '.gitignore');
  if (kept.length > 0)
    throw new EngineError(
      'USAGE',
      `${place} has ${kept.join(', ')} already; nothing was written. Name another folder: permafrost init my-simulation`,
      { path: place },
    );
  await makeGivenFolder(port, place);
  for (const [name, bytes] of texts) await writeNewFile(port, join(place, name), bytes);
  return { folder: place, template, files: [...texts.keys()], needs, test, resolves: isInstalled(place) };
}

function common(name: string): Uint8Array {
  return readFileSync(new URL(`examples/templates/common/${name}`, PACKAGE));
}

function filled(text: Uint8Array, values: Readonly<Record<string, string>>): Uint8Array {
  const template = new TextDecoder().decode(text);
  return Buffer.from(template.replaceAll(/\{\{([A-Z]+)\}\}/g, (_, name: string) => values[name]!));
}

/** As long as this package is in no registry, a project has it from where it is. */
function packageJson(place: string): Uint8Array {
  const name =
    basename(place)
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, '-')
      .replace(/^[._-]+/, '') || 'simulation';
  const root = fileURLToPath(PACKAGE)
    .replace(/[\\/]$/, '')
    .replaceAll('\\', '/');
  const json = {
    name,
    private: true,
    type: 'module',
    scripts: { start: 'permafrost run study.yaml', test: 'node --test' },
    dependencies: { permafrost: `file:${root}` },
  };
  return Buffer.from(`${JSON.stringify(json, undefined, 2)}\n`);
}

/** Looked for as Node does, from the folder upwards. */
function isInstalled(place: string): boolean {
  for (let at = place; ; at = resolve(at, '..')) {
    if (existsSync(join(at, 'node_modules', 'permafrost', 'package.json'))) return true;
    if (resolve(at, '..') === at) return false;
  }
}
