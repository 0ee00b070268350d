import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { testFiles } from './test/needs-build.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const { unit, alone, built } = testFiles();

/**
 * How long a test may take: some ten times what it takes where nothing else runs, since CI's machine is busy. A file that needs more says so
 * at its top, with vi.setConfig and the reason.
 */
const unit_ms = 20_000;
const built_ms = 120_000;

export default defineConfig({
  resolve: {
    // Sources are tested, not the last build of them.
    alias: [
      { find: /^#native-free\/(.*)$/, replacement: `${root}native-free/$1.ts` },
      { find: /^permafrost$/, replacement: `${root}src/index.ts` },
    ],
  },
  test: {
    // Tests of processes wait for disks and children a third of the time.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        // They change nothing that others see: modules that one file has loaded serve the next.
        test: { name: 'unit', include: unit, testTimeout: unit_ms, hookTimeout: unit_ms, isolate: false },
      },
      { extends: true, test: { name: 'alone', include: alone, testTimeout: unit_ms, hookTimeout: unit_ms } },
      {
        extends: true,
        test: {
          name: 'built',
          include: built,
          globalSetup: ['test/build-once.ts'],
          testTimeout: built_ms,
          hookTimeout: built_ms,
        },
      },
    ],
  },
});
