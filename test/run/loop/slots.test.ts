import { expect, test } from 'vitest';

import { Slots } from '../../../src/run/loop/slots.ts';

test('no more than its size hold a slot; the others get one in the order in which they asked', async () => {
  const slots = new Slots(2);
  const got: string[] = [];
  const take = async (name: string): Promise<void> => {
    await slots.take();
    got.push(name);
  };
  const all = ['a', 'b', 'c', 'd'].map(take);
  await Promise.all(all.slice(0, 2));
  expect(got).toEqual(['a', 'b']);
  slots.give();
  await all[2];
  expect(got).toEqual(['a', 'b', 'c']);
  slots.give();
  slots.give();
  await all[3];
  expect(got).toEqual(['a', 'b', 'c', 'd']);
  // One is free now, and no second.
  await take('e');
  let sixth = false;
  const waits = take('f').then(() => (sixth = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(sixth).toBe(false);
  slots.give();
  await waits;
  expect(got.at(-1)).toBe('f');
});
