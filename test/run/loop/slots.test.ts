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

test('where there are more slots by now, more of those who wait get one; where there are fewer, nobody does', async () => {
  let size = 1;
  const slots = new Slots(() => size);
  const got: number[] = [];
  await Promise.all([0].map(() => slots.take()));
  for (const k of [1, 2, 3, 4, 5]) void slots.take().then(() => got.push(k));
  const settled = async (): Promise<number[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return got;
  };
  expect(await settled()).toEqual([]);
  size = 3;
  slots.give();
  expect(await settled()).toEqual([1, 2, 3]);
  size = 2;
  slots.give();
  expect(await settled()).toEqual([1, 2, 3]);
  slots.give();
  expect(await settled()).toEqual([1, 2, 3, 4]);
});

test('where there are more slots than before, those that wait have them though nobody gave one back', async () => {
  let size = 1;
  const slots = new Slots(() => size);
  await slots.take();
  const waiting = [slots.take(), slots.take()];
  let third = false;
  void waiting[1]!.then(() => (third = true));
  size = 2;
  slots.look();
  await waiting[0];
  await new Promise((resolve) => setImmediate(resolve));
  expect(third).toBe(false);
});
