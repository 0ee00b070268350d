import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../src/simulation/event-queue.ts';

describe('EventQueue', () => {
  test('events come by time, and at equal times in the order they were created, whatever is scheduled in between', () => {
    const steps = fc.array(fc.oneof(fc.constant('take' as const), fc.integer({ min: 0, max: 6 })), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (script) => {
        const queue = new EventQueue(1);
        const pending: { time: number; created: number }[] = [];
        let created = 0;
        for (const step of script) {
          if (step !== 'take') {
            const time = queue.now + step / 2;
            pending.push({ time, created });
            queue.schedule(time, created++);
            continue;
          }
          pending.sort((a, b) => a.time - b.time || a.created - b.created);
          const next = pending.shift();
          expect(queue.nextTime).toBe(next?.time ?? Infinity);
          if (next === undefined) continue;
          expect(queue.take()).toBe(next.created);
          expect(queue.now).toBe(next.time);
        }
        expect(queue.length).toBe(pending.length);
      }),
    );
  });

  test('the clock does not go back', () => {
    const queue = new EventQueue();
    queue.advanceTo(2);
    expect(() => {
      queue.schedule(1, 0);
    }).toThrow('before now');
    expect(() => {
      queue.advanceTo(1.5);
    }).toThrow('go back');
    expect(() => {
      queue.schedule(NaN, 0);
    }).toThrow('before now');
  });

  test('taking from an empty queue is a programmer error', () => {
    expect(() => new EventQueue().take()).toThrow('no event');
  });

  test('a reset queue starts at time 0 and orders ties anew', () => {
    const queue = new EventQueue();
    queue.schedule(5, 1);
    queue.take();
    queue.schedule(9, 2);
    queue.reset();
    queue.schedule(1, 7);
    queue.schedule(1, 8);
    expect([queue.take(), queue.take(), queue.length, queue.now]).toEqual([7, 8, 0, 1]);
  });
});
