import { expect, test } from 'vitest';

import { disk } from '../../src/files/disk.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

test('whoever has a folder synced at the same time hears of it, and of its failure, each for himself', async () => {
  const folder = newFolder();
  await Promise.all(Array.from({ length: 20 }, () => disk.syncFolder(folder)));
  const first = disk.syncFolder(folder);
  removeFolder(folder);
  // The first one has the folder open; those who come now share one that begins when it is gone.
  const later = await Promise.allSettled([first, ...Array.from({ length: 5 }, () => disk.syncFolder(folder))]);
  expect(later.map(({ status }) => status)).toEqual(['fulfilled', ...Array.from({ length: 5 }, () => 'rejected')]);
  for (const { reason } of later.slice(1) as PromiseRejectedResult[]) expect(reason).toMatchObject({ code: 'ENOENT' });
  await expect(disk.syncFolder(folder)).rejects.toMatchObject({ code: 'ENOENT' });
});
