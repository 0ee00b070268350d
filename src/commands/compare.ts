import { Command } from 'commander';

import type { Quantity } from '../analysis/quantity.ts';
import { compare } from '../operations/compare.ts';
import { compareText } from '../terminal/compare-text.ts';
import { withErrorNote } from '../terminal/error-note.ts';
import { quantityFrom } from './analysis-flags.ts';
import { runs } from './command.ts';
import { withRunFlags } from './run-flags.ts';

interface CompareFlags {
  readonly of?: readonly Quantity[];
  readonly into?: string;
  readonly threads?: number;
}

const EXAMPLES = `
Examples:
  permafrost compare runs/before runs/after
  permafrost compare runs/before runs/after --of total_return_pct:p05 --of max_drawdown_pct
  permafrost compare runs/before runs/after --into report/    compare.html, compare.md and differences.csv

Cells are matched by the parameters that vary in either run. A difference is second less first. Where both runs draw the same random numbers (one seed and one cell id, or shared streams), means are compared permutation by permutation, which tells far smaller differences apart.`;

export function compareCommand(): Command {
  const command = new Command('compare')
    .argument('<first>', 'output folder of a run')
    .argument('<second>', 'output folder of another run')
    .option(
      '--of <quantity>',
      'compare this quantity, METRIC or METRIC:STATISTIC (default: what the model leads with); repeatable',
      (text: string, before: readonly Quantity[] | undefined): Quantity[] => [...(before ?? []), quantityFrom(text)],
    )
    .option('--into <dir>', 'write compare.html, compare.md and differences.csv to this folder');
  withRunFlags(command, ['threads']).addHelpText('after', EXAMPLES);
  return runs<CompareFlags>(command, async ([first, second], { of, into, threads }, terminal) => {
    const compared = await compare(first!, second!, { quantities: of, into, threads });
    const written = compared.files.map((file) => `  ${file}`);
    const text = compareText(compared, terminal.page);
    terminal.print(
      withErrorNote([text, ...(written.length === 0 ? [] : [`written:\n${written.join('\n')}`])].join('\n\n')),
    );
    terminal.result(compared);
    return 0;
  });
}
