import type { Course } from '../../model/model.ts';
import type { Rng } from '../../random/generator.ts';
import type { Replicate } from './replicate.ts';
import { runReplicate } from './run-replicate.ts';

/** How many changes wait, are verified and are being fixed after every tick. */
export function queueCourse(replicate: Replicate, rng: Rng): Course {
  const at: number[] = [];
  const values = {
    'pending changes': [] as number[],
    'in verification': [] as number[],
    'being fixed': [] as number[],
  };
  runReplicate(replicate, rng, (queue, t) => {
    at.push(t);
    values['pending changes'].push(queue.pending.length);
    values['in verification'].push(queue.verification.length);
    values['being fixed'].push(queue.fixing.length);
  });
  return { along: 'tick', at, values };
}
