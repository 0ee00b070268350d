import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import type { StudyOverlap } from '../plan/overlap.ts';
import { formatTable } from '../terminal/table.ts';
import { seeds, type PermutationSeed, type StudySeeds } from '../operations/seeds.ts';
import { counted, inFull } from '../wording/format-number.ts';
import { runs } from './command.ts';
import { wholeNumber } from './option-values.ts';
import { givenOptions, withRunFlags } from './run-flags.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface SeedsFlags extends Readonly<Record<string, unknown>> {
  readonly cell?: string;
  readonly perm?: number;
}

/** Of a run: what decides its cells and their seeds. */
const OPTIONS_OF_RUN = ['output', 'permutations', 'settings', 'inputs'] as const;

/** Cells listed in the text; --json has them all. */
const LISTED = 10;

const EXAMPLES = `
Examples:
  permafrost seeds study.yaml                            base seeds and the exact overlap audit
  permafrost seeds study.yaml --cell 3_2_0_1_1 --perm 7  the seed of one permutation`;

export function seedsCommand(): Command {
  const command = new Command('seeds')
    .argument('<study>', 'study file')
    .option('--cell <cell>', 'one cell: its id, or parameter values that no other cell has: p=0.5,flips=100')
    .option('--perm <n>', 'one permutation of that cell', wholeNumber('--perm', 0));
  withRunFlags(command, OPTIONS_OF_RUN).addHelpText('after', EXAMPLES);
  return runs<SeedsFlags>(command, async ([study], flags, terminal) => {
    const { cell, perm } = flags;
    const found = await seeds(study!, givenOptions(flags, OPTIONS_OF_RUN));
    if (cell !== undefined) return showSeed(found.of(cell, perm ?? 0), terminal);
    if (perm !== undefined)
      throw new EngineError('USAGE', '--perm needs --cell: a seed belongs to a permutation of a cell.', {
        path: '--perm',
      });
    return showSeeds(found, terminal);
  });
}

function showSeed({ cell_id, perm_index, base_seed, generator, seed }: PermutationSeed, terminal: Terminal): number {
  terminal.print(
    `cell ${cell_id}, permutation ${perm_index}: ${generator} from seed ${String(seed)} (base seed ${String(base_seed)})`,
  );
  terminal.result({ cell_id, perm_index, base_seed, seed });
  return 0;
}

function showSeeds({ scheme, generator, global, stride, cells, overlap }: StudySeeds, terminal: Terminal): number {
  const audit = overlap();
  const listed = cells.slice(0, LISTED).map(({ cell_id, base_seed }) => [cell_id, String(base_seed)]);
  terminal.print(`scheme ${scheme}, generator ${generator}, global ${global}, stride ${stride}`);
  terminal.print(formatTable(['cell', 'base seed'], listed, terminal.page).trimEnd());
  if (cells.length > LISTED) terminal.print(`and ${counted(cells.length - LISTED, 'more cell')} (--json lists all)`);
  terminal.print(overlapText(audit));
  for (const { first, second, lag, shared } of audit.largest.slice(0, 3)) {
    terminal.print(`  ${cells[first]!.cell_id} and ${cells[second]!.cell_id}: lag ${lag}, ${inFull(shared)} streams`);
  }
  const { pairs, shared_streams, fraction, repeated_permutations, repeated_fraction } = audit;
  terminal.result({
    scheme,
    cells,
    pairs,
    shared_streams,
    fraction,
    repeated_permutations,
    repeated_fraction,
  });
  return 0;
}

/** What the overlap audit found, in a sentence or two. */
export function overlapText(audit: StudyOverlap): string {
  const { kind, pairs, cells_involved, repeated_permutations, repeated_fraction, expected_pairs } = audit;
  const found =
    kind === 'overlap' && pairs === 0
      ? `no two cells share streams (${expected_pairs.toPrecision(2)} pairs are expected)`
      : kind === 'overlap'
        ? `${counted(pairs, 'pair of cells shares', 'pairs of cells share')} streams (${inFull(cells_involved)} cells; ${counted(repeated_permutations, 'permutation')}, ${(100 * repeated_fraction).toFixed(2)} %, draw the same numbers as another; ${expected_pairs.toPrecision(2)} pairs are expected)`
        : '';
  // A note that begins with the same count says the rest alone.
  const again = `${counted(pairs, 'pair of cells shares', 'pairs of cells share')} streams. `;
  const notes = audit.notes.map((note) => (note.startsWith(again) ? note.slice(again.length) : note));
  return [found, ...notes].filter((line) => line !== '').join('\n            ');
}
