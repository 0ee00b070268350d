/**
 * A run as the command does it, that says on stdout every row that counts from now on: what a crash must not take away.
 * node acknowledging-run.mjs STUDY OPTIONS-AS-JSON
 */
import { writeSync } from 'node:fs';
import { runStudy, SILENT, StopSwitch } from '../../dist/index.js';

const [study, options] = process.argv.slice(2);
const observer = {
  ...SILENT,
  acknowledged: (cell_id, rows) => {
    writeSync(1, `${cell_id} ${rows}\n`);
  },
};
const result = await runStudy(study, JSON.parse(options), new StopSwitch(), observer);
process.exitCode = result.exit;
