import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import type { RecomputeAmount } from '../verify/recompute.ts';
import { repairRun } from '../operations/repair.ts';
import { verifyOldRun } from '../verify/verify-old-run.ts';
import { verifyRun } from '../operations/verify.ts';
import type { Verification } from '../verify/verification.ts';
import { runs, type StudyFileFlags, studyFiles, wholeNumber, withStudyFiles } from './command.ts';

interface VerifyFlags extends StudyFileFlags {
  readonly recompute?: RecomputeAmount;
  readonly repair?: boolean;
  readonly expect?: number;
}

/** Problems listed in the text; --json has them all. */
const LISTED = 20;

const EXAMPLES = `
Examples:
  permafrost verify runs/study                  every row of every cell, checksums, summaries
  permafrost verify runs/study --recompute 1%   and a sample of rows computed again, bit for bit
  permafrost verify runs/study --repair         do to the files what run would do (cut torn tails, set damage aside,
                                                rewrite, seal, summarise), compute nothing; then check
  permafrost verify old/run --expect 200000     a folder of another program: per_cell/<cell>/metrics_compact.csv with
                                                perm_index and metric columns, no manifest`;

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('check everything a run has on disk; changes nothing (but with --repair)')
    .argument('<run>', 'output folder of a run')
    .option(
      '--recompute <n|p%>',
      'compute so many rows (or this share of them) again and compare the bits',
      parseAmount,
    )
    .option('--repair', 'first repair, seal and summarise what is there; computes nothing')
    .option(
      '--expect <n>',
      'check a folder without a manifest: so many permutations in every cell',
      wholeNumber('--expect', 1),
    )
    .addHelpText('after', EXAMPLES);
  return runs<VerifyFlags>(
    withStudyFiles(command),
    async ([run], { recompute, repair, expect, ...moved }, terminal) => {
      if (expect !== undefined) {
        refuseWithExpect({
          '--recompute': recompute,
          '--repair': repair,
          '--study': moved.study,
          '--input': moved.input,
        });
        const verification = await verifyOldRun(run!, expect);
        terminal.say(verificationText(run!, verification, false));
        terminal.result(verification);
        return verification.ok ? 0 : 1;
      }
      if (repair === true) {
        const { stopped } = await repairRun(run!, studyFiles(moved));
        if (stopped?.kind === 'error') throw stopped.error;
      }
      const verification = await verifyRun(run!, {
        ...(recompute !== undefined && { recompute }),
        ...studyFiles(moved),
      });
      terminal.say(verificationText(run!, verification, true));
      terminal.result(verification);
      return verification.ok ? 0 : 1;
    },
  );
}

/** A folder of another program has no study: nothing can be computed or repaired there. */
function refuseWithExpect(given: Readonly<Record<string, unknown>>): void {
  const flag = Object.keys(given).find((name) => given[name] !== undefined);
  if (flag !== undefined)
    throw new EngineError(
      'USAGE',
      `--expect checks a folder of another program, reading only: ${flag} needs a run of ours.`,
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
    throw new EngineError(
      'USAGE',
      `--recompute takes a number of rows or a percentage (1000, 0.5%); "${text}" is neither.`,
      { path: '--recompute', value: text },
    );
  }
  return percent ? { percent: value } : { rows: value };
}

function verificationText(
  run: string,
  { ok, cells_checked, cells_ok, rows, problems, recomputed, mismatches, digest }: Verification,
  ours: boolean,
): string {
  const count = (n: number): string => n.toLocaleString('en');
  const lines = [
    `${run}: ${count(cells_ok)} of ${count(cells_checked)} cells are as they must be, ${count(rows)} rows`,
    ...problems.slice(0, LISTED).map(({ cell_id, code, message }) => `  cell ${cell_id}: ${code}: ${message}`),
  ];
  if (problems.length > LISTED) lines.push(`  and ${count(problems.length - LISTED)} more (--json lists all)`);
  if (recomputed > 0)
    lines.push(
      `${count(recomputed)} rows computed again: ${mismatches === 0 ? 'all equal to the last bit' : `${count(mismatches)} differ`}`,
    );
  if (ours && !ok && problems.every(({ code }) => code !== 'MISMATCH' && code !== 'CONFLICT'))
    lines.push('The run command of this study repairs and completes what is listed here.');
  lines.push(`digest ${digest}`);
  return lines.join('\n');
}
