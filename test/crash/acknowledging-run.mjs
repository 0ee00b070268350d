/**
 * A run as the command does it, that says on stdout every row that counts from now on: what a crash must not take away.
 * node acknowledging-run.mjs STUDY OPTIONS-AS-JSON [STOP-AFTER]   after so many acknowledgments it stops itself (SIGSTOP)
 */
import { writeSync } from 'node:fs';
import { run } from '../../dist/index.js';

const [study, options, stop_after] = process.argv.slice(2);
let said = 0;
const onEvent = ({ type, cell_id, rows }) => {
  if (type !== 'acknowledged') return;
  writeSync(1, `${cell_id} ${rows}\n`);
  if (++said === Number(stop_after)) process.kill(process.pid, 'SIGSTOP');
};
const result = await run(study, { ...JSON.parse(options), onEvent });
process.exitCode = result.exit;
