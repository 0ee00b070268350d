import { Command } from 'commander';

import { init } from '../operations/init.ts';
import { TEMPLATES, type TemplateName } from '../operations/templates.ts';
import { pathHere } from '../wording/command-line.ts';
import { runs } from './command.ts';
import { oneOf } from './option-values.ts';

const NAMES = Object.keys(TEMPLATES) as readonly TemplateName[];

const EXAMPLES = `
Examples:
  permafrost init my-simulation                     TypeScript, in a new folder
  permafrost init                                   here
  permafrost init my-simulation --template python

It writes a model, a study, a test and a README that run at once. Nothing that is there is changed: a package.json stays, and where one of the other names is
taken, nothing is written (exit code 2).`;

export function initCommand(): Command {
  const command = new Command('init')
    .argument('[dir]', 'the folder (default: this one)')
    .option('--template <language>', `${NAMES.join(', ')} (default: typescript)`, oneOf('--template', NAMES))
    .addHelpText('after', EXAMPLES);
  return runs<{ readonly template?: TemplateName }>(command, async ([folder = '.'], { template }, terminal) => {
    const tool = packageTool(process.env['npm_config_user_agent']);
    const called = tool.runs === '' ? 'permafrost' : `${tool.runs} permafrost`;
    const made = await init(folder, { template, command: called });
    const here = pathHere(made.folder);
    const steps = [
      ...(here === '.' ? [] : [`cd ${here}`]),
      ...(made.resolves ? [] : [`${tool.name} install`]),
      `${called} run study.yaml`,
      made.test.replace('npm', tool.name),
    ];
    terminal.print(
      [
        `Made ${made.files.join(', ')} in ${made.folder}.`,
        ...(made.needs === '' ? [] : [`It needs ${made.needs}.`]),
        'Next:',
        ...steps.map((step) => `  ${step}`),
      ].join('\n'),
    );
    terminal.result({ ...made, next: steps });
    return 0;
  });
}

/** What started this: `npx`, `pnpm exec` and `yarn` say so in their environment. */
function packageTool(agent = ''): { readonly name: string; readonly runs: string } {
  if (agent.startsWith('pnpm/')) return { name: 'pnpm', runs: 'pnpm exec' };
  if (agent.startsWith('yarn/')) return { name: 'yarn', runs: 'yarn' };
  return { name: 'npm', runs: agent.startsWith('npm/') ? 'npx' : '' };
}
