import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import type { RecomputeAmount } from '../verify/recompute.ts';
import { repair } from '../operations/repair.ts';
import { verify } from '../operations/verify.ts';
import type { ProblemCode } from '../verify/problem.ts';
import type { Verification } from '../verify/verification.ts';
import { commandLine, pathHere } from '../wording/command-line.ts';
import { notExpected } from '../wording/expected.ts';
import { counted, inFull } from '../wording/format-number.ts';
import { runs, type StudyFileFlags, studyFiles, withStudyFiles } from './command.ts';
import { wholeNumber } from './option-values.ts';
import { withRunFlags } from './run-flags.ts';

interface VerifyFlags extends StudyFileFlags {
  readonly recompute?: RecomputeAmount;
  readonly repair?: boolean;
  readonly threads?: number;
  readonly expect?: number;
}

/** Problems listed in the text; --json has them all. */
const LISTED = 20;

const EXAMPLES = `
Examples:
  permafrost verify runs/study                  every row of every cell, checksums, summaries
  permafrost verify runs/study --recompute 1%   also recompute a sample of rows and compare the bits
  permafrost verify runs/study --repair         first repair the files as run would (cut torn tails, set damage aside, rewrite, seal, summarise), without computing anything
  permafrost verify old/run --expect 200000     a folder of another program: per_cell/<cell>/metrics_compact.csv with perm_index and metric columns, no manifest`;

export function verifyCommand(): Command {
  const command = new Command('verify')
    .argument('<run>', 'output folder of a run')
    .option('--recompute <n|p%>', 'recompute N rows, or P% of all rows, and compare them bit for bit', parseAmount)
    .option('--repair', 'first repair, seal and summarise what is there; computes nothing')
    .option(
      '--expect <n>',
      'check a folder without a manifest: N permutations in every cell',
      wholeNumber('--expect', 1),
    );
  withRunFlags(withStudyFiles(command), ['threads']).addHelpText('after', EXAMPLES);
  return runs<VerifyFlags>(command, async ([run], flags, terminal) => {
    const { recompute, expect, threads, ...moved } = flags;
    if (expect !== undefined) {
      refuseWithExpect({
        '--recompute': recompute,
        '--repair': flags.repair,
        '--threads': threads,
        '--study': moved.study,
        '--input': moved.input,
      });
      const verification = await verify(run!, { expect });
      terminal.print(verificationText(run!, verification));
      terminal.result(verification);
      return verification.ok ? 0 : 1;
    }
    if (flags.repair === true) {
      const { stopped } = await repair(run!, { threads, ...studyFiles(moved) });
      if (stopped?.kind === 'error') throw stopped.error;
    }
    const verification = await verify(run!, { recompute, threads, ...studyFiles(moved) });
    const lines = [verificationText(run!, verification), ...nextLines(verification, repairWords(run!, flags))];
    terminal.print(lines.join('\n'));
    terminal.result(verification);
    return verification.ok ? 0 : 1;
  });
}

/** A folder of another program has no study: nothing can be computed or repaired there. */
function refuseWithExpect(given: Readonly<Record<string, unknown>>): void {
  const flag = Object.keys(given).find((name) => given[name] !== undefined);
  if (flag !== undefined)
    throw new EngineError(
      'USAGE',
      `--expect checks a folder of another program, without a study and only reading: leave ${flag} out.`,
      {
        path: flag,
      },
    );
}

function parseAmount(text: string): RecomputeAmount {
  const fields = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const value = Number(fields?.[1]);
  const percent = fields?.[2] === '%';
  if (fields === null || value <= 0 || (percent ? value > 100 : !Number.isSafeInteger(value))) {
    throw notExpected('--recompute', 'a number of rows or a percentage, such as 1000 or 0.5%', text);
  }
  return percent ? { percent: value } : { rows: value };
}

function verificationText(
  run: string,
  { cells_checked, cells_ok, rows, problems, recomputed, mismatches, row_origins, digest }: Verification,
): string {
  const lines = [
    `${run}: ${inFull(cells_ok)} of ${counted(cells_checked, 'cell')} OK, ${counted(rows, 'row')}`,
    ...problems.slice(0, LISTED).map(({ cell_id, code, message }) => `  cell ${cell_id}: ${code}: ${message}`),
  ];
  if (problems.length > LISTED) lines.push(`  and ${inFull(problems.length - LISTED)} more (--json lists all)`);
  if (recomputed > 0)
    lines.push(
      `${counted(recomputed, 'row')} recomputed: ${mismatches === 0 ? 'all equal to the last bit' : `${inFull(mismatches)} differ`}`,
    );
  if (row_origins !== undefined) {
    const whose = row_origins
      .map((origin) => `${counted(origin.rows, 'row')} computed by Node.js ${origin.node}`)
      .join(', ');
    const compare =
      recomputed === 0 ? '; their math may differ in the last bit: --recompute compares a sample of each' : '';
    lines.push(`${whose}${compare}`);
  }
  lines.push(`digest ${digest}`);
  return lines.join('\n');
}

/** What to do about what was found. Nothing repairs rows that differ from what the study computes. */
function nextLines({ problems }: Verification, repair: readonly string[] | undefined): string[] {
  const found = (...codes: ProblemCode[]): boolean => problems.some(({ code }) => codes.includes(code));
  if (problems.length === 0 || found('MISMATCH', 'CONFLICT')) return [];
  const damaged = found('DUPLICATE', 'DAMAGED', 'PAST_TARGET', 'TORN', 'ORDER', 'UNSEALED', 'SUMMARY');
  if (!damaged && !found('INCOMPLETE')) return [];
  return [
    ...(damaged && repair !== undefined ? [`repair    ${commandLine(repair)}`] : []),
    `The same run command ${damaged ? 'repairs and completes' : 'completes'} what is listed here.`,
  ];
}

/** The same command, to repair first; undefined where it did. */
function repairWords(run: string, { study, input = {}, repair }: VerifyFlags): string[] | undefined {
  if (repair === true) return undefined;
  const inputs = Object.entries(input).flatMap(([name, path]) => ['--input', `${name}=${path}`]);
  return ['verify', pathHere(run), ...(study === undefined ? [] : ['--study', pathHere(study)]), ...inputs, '--repair'];
}
