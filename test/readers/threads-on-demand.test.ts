import { expect, it } from 'vitest';

import type { Local } from '../../src/readers/readers.ts';
import { ThreadsOnDemand } from '../../src/readers/threads-on-demand.ts';

/** Counts how often it was opened and closed; every answer is its name. */
function counted() {
  const count = { opened: 0, closed: 0 };
  const local = {
    parallel: 4,
    compute: () => Promise.resolve('computed'),
    release: () => undefined,
    read: (name: string) => Promise.resolve(name),
    close: () => Promise.resolve(void (count.closed += 1)),
  };
  const threads = new ThreadsOnDemand(4, () => {
    count.opened += 1;
    return local as unknown as Local;
  });
  return { count, threads, read: () => threads.read('text', undefined as never) as Promise<unknown> };
}

it('threads that only read start with the first that is to be read, once', async () => {
  const { count, threads, read } = counted();
  expect([threads.parallel, count.opened]).toEqual([4, 0]);
  expect(await Promise.all([read(), read()])).toEqual(['text', 'text']);
  expect(count.opened).toBe(1);
  await threads.close();
  expect(count.closed).toBe(1);
});

it('where there is nothing to read they never start; once closed they read nothing', async () => {
  const { count, threads, read } = counted();
  await threads.close();
  await expect(read()).rejects.toMatchObject({ code: 'STOPPED' });
  expect(count).toEqual({ opened: 0, closed: 0 });
});
