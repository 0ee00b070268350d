import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly (string | number)[]>> };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(at(path), 'utf8');
const { scripts, engines } = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
};
const FOLDER = '.github/workflows';
const texts = readdirSync(at(FOLDER)).map((name): [string, string] => [name, read(`${FOLDER}/${name}`)]);
const jobs = texts.flatMap(([file, text]) =>
  Object.entries((parse(text) as Workflow).jobs).map(([name, job]) => ({ where: `${file}: ${name}`, job })),
);
const steps = jobs.flatMap(({ where, job }) => job.steps.map((step) => ({ where, job, step })));
const runs = steps.flatMap(({ where, job, step }) =>
  step.run === undefined ? [] : [{ where, job, step, run: step.run }],
);

/** What npm does by itself; everything else has to be a script of package.json. */
const OF_NPM = new Set(['ci', 'install', 'pkg', 'publish', 'version']);

/** The script that an npm command runs; undefined for a command of npm's own. */
function scriptOf(words: readonly string[]): string | undefined {
  const [verb = '', name = ''] = words;
  if (verb === 'run') return name;
  return verb === 'install-test' ? 'test' : OF_NPM.has(verb) ? undefined : verb;
}

// No machine here runs them: what can be read off them is checked, so that a renamed script or file is noticed before a push is.
describe('workflows', () => {
  it.each(texts)('%s says when it runs, and what it may do', (_file, text) => {
    const workflow = parse(text) as Workflow;
    expect(workflow.on).toBeTypeOf('object');
    expect(workflow.permissions).toBeTypeOf('object');
  });

  it('run scripts of package.json and files that there are', () => {
    for (const { where, run } of runs) {
      for (const [, words] of run.matchAll(/\bnpm ((?:[\w:.-]+ ?)+)/g)) {
        const script = scriptOf(words!.trim().split(' '));
        if (script !== undefined) expect(scripts, `${where}: ${run}`).toHaveProperty([script]);
      }
      for (const [, file] of run.matchAll(/\b(?:node|bash) ([\w./-]+)(?= |$)/g))
        if (!file!.startsWith('-')) expect(existsSync(at(file!)), `${where}: ${run}`).toBe(true);
    }
    expect(runs.length).toBeGreaterThan(5);
  });

  it('use every value of a matrix, and none that there is not', () => {
    for (const { where, job } of jobs) {
      const names = Object.keys(job.strategy?.matrix ?? {});
      const used = new Set(Array.from(JSON.stringify(job).matchAll(/\$\{\{ matrix\.(\w+) \}\}/g), ([, name]) => name!));
      expect([...used].sort(), where).toEqual(names.sort());
    }
  });

  it('end, use actions of a known version, and say which Node they take', () => {
    for (const { where, job } of jobs) expect(job['timeout-minutes'], where).toBeGreaterThan(0);
    for (const { where, step } of steps)
      if (step.uses !== undefined) expect(step.uses, where).toMatch(/^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
    for (const { where, step } of steps)
      if (step.uses?.startsWith('actions/setup-node@') === true)
        expect(step.with, where).toHaveProperty('node-version');
  });

  it('give Windows only commands that PowerShell runs as sh does', () => {
    const on_windows = runs.filter(({ job }) =>
      JSON.stringify(job.strategy?.matrix ?? job['runs-on']).includes('windows'),
    );
    expect(on_windows.length).toBeGreaterThan(0);
    for (const { where, step, run } of on_windows)
      if (step.shell !== 'bash') expect(run, where).toMatch(/^(npm|node) [\w:./ -]+$/);
  });

  it('test the oldest Node that package.json allows', () => {
    const oldest = Number(/^>=(\d+)\./.exec(engines.node)![1]);
    const tested = jobs.flatMap(({ job }) => (job.strategy?.matrix['node'] ?? []).map(Number));
    expect(Math.min(...tested)).toBe(oldest);
  });
});
