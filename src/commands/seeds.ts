import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import { describeSeed } from '../random/streams.ts';
import { streamSource } from '../random/seeding.ts';
import type { StudyOverlap } from '../plan/overlap.ts';
import { disk } from '../files/disk.ts';
import { formatTable } from '../terminal/table.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { decidedExperiment } from '../steps/suite.ts';
import { overlapOf } from '../operations/plan.ts';
import { resolveOptions } from '../run/run-options.ts';
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
    .description('base seeds of all cells and the exact audit of streams that cells share')
    .argument('<study>', 'study file')
    .option('--cell <id>', 'one cell')
    .option('--perm <n>', 'one permutation of that cell', wholeNumber('--perm', 0));
  withRunFlags(command, OPTIONS_OF_RUN).addHelpText('after', EXAMPLES);
  return runs<SeedsFlags>(command, async ([study], flags, terminal) => {
    const { cell, perm } = flags;
    const experiment = await decidedExperiment(disk, study!, resolveOptions(givenOptions(flags, OPTIONS_OF_RUN)));
    if (cell !== undefined) return oneSeed(experiment, cell, perm ?? 0, terminal);
    if (perm !== undefined)
      throw new EngineError('USAGE', '--perm needs --cell: a seed belongs to a permutation of a cell.', {
        path: '--perm',
      });
    return allSeeds(experiment, terminal);
  });
}

function oneSeed({ study, cells }: LoadedStudy, cell_id: string, perm_index: number, terminal: Terminal): number {
  const place = cells.indexOf(cell_id);
  if (place < 0) throw noSuchCell(cell_id, study.file);
  if (perm_index >= study.permutations) {
    throw new EngineError(
      'USAGE',
      `--perm ${perm_index} is past the end: the study has ${study.permutations} permutations per cell, 0 to ${study.permutations - 1}.`,
      { path: '--perm', value: perm_index },
    );
  }
  const source = streamSource(cell_id, study.seed, study.streams);
  const base = baseOf(source);
  const seed = source.scheme === 'philox' ? source.key : Number(describeSeed(source, perm_index));
  terminal.say(
    `cell ${cell_id}, permutation ${perm_index}: ${source.generator} from seed ${String(seed)} (base seed ${String(base)})`,
  );
  terminal.result({ cell_id, perm_index, base_seed: base, seed });
  return 0;
}

/** base_seed, or the key of scheme philox. */
function baseOf(source: ReturnType<typeof streamSource>): number | readonly [number, number] {
  return source.scheme === 'philox' ? source.key : source.base_seed;
}

function allSeeds(experiment: LoadedStudy, terminal: Terminal): number {
  const { study, cells } = experiment;
  const audit = overlapOf(experiment);
  const seeds = Array.from(cells, ({ cell_id }) => ({
    cell_id,
    base_seed: baseOf(streamSource(cell_id, study.seed, study.streams)),
  }));
  const listed = seeds.slice(0, LISTED).map(({ cell_id, base_seed }) => [cell_id, String(base_seed)]);
  terminal.say(
    `scheme ${study.seed.scheme}, generator ${study.seed.generator}, global ${study.seed.global}, stride ${study.seed.stride}`,
  );
  terminal.say(formatTable(['cell', 'base seed'], listed));
  if (seeds.length > LISTED) terminal.say(`... and ${seeds.length - LISTED} more (--json lists all)`);
  terminal.say(overlapText(audit));
  for (const { first, second, lag, shared } of audit.largest.slice(0, 3)) {
    terminal.say(
      `  ${cells.idAt(first)} and ${cells.idAt(second)}: lag ${lag}, ${shared.toLocaleString('en')} streams`,
    );
  }
  terminal.result({
    scheme: study.seed.scheme,
    cells: seeds,
    pairs: audit.pairs,
    shared_streams: audit.shared_streams,
    fraction: audit.fraction,
    repeated_permutations: audit.repeated_permutations,
    repeated_fraction: audit.repeated_fraction,
  });
  return 0;
}

/** What the overlap audit found, in a sentence or two. */
export function overlapText(audit: StudyOverlap): string {
  const count = (n: number): string => n.toLocaleString('en');
  const { kind, pairs, cells_involved, repeated_permutations, repeated_fraction, expected_pairs } = audit;
  const found =
    kind === 'overlap'
      ? `${count(pairs)} pairs of cells share streams (${count(cells_involved)} cells; ${count(repeated_permutations)} permutations, ${(100 * repeated_fraction).toFixed(2)} %, draw what another one draws; ${expected_pairs.toPrecision(2)} pairs are to be expected)`
      : '';
  return [found, ...audit.notes].filter((line) => line !== '').join('\n            ');
}

export function noSuchCell(cell_id: string, where: string): EngineError {
  return new EngineError(
    'USAGE',
    `${where} has no cell "${cell_id}". permafrost seeds lists the cells of a study; cell ids are the folder names below per_cell/ without "cell_".`,
    {
      path: '--cell',
      value: cell_id,
    },
  );
}
