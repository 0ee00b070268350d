// One of several processes that want one lock at the same moment: told an output, says what it got; told to release, lets go.
import { disk } from '../../../dist/files/disk.js';
import { acquireLock } from '../../../dist/store/lock.js';

const [by, links] = process.argv.slice(2);
const refused = () => {
  throw Object.assign(new Error('EPERM: simulated, link'), { code: 'EPERM', syscall: 'link' });
};
const port = links === 'links' ? disk : { ...disk, link: refused };
let held;
process.on('message', async ({ output, release }) => {
  if (release) {
    held?.release();
    held = undefined;
    process.send({ released: true });
    return;
  }
  try {
    held = await acquireLock(output, by === 'file' ? [] : [by], { port });
    process.send({ got: 'held', by: held.by });
  } catch (error) {
    process.send({ got: error.code, message: error.message });
  }
});
process.send({ ready: true });
