import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  resolve: {
    // The sources of native-free are tested, not the last build of them.
    alias: [{ find: /^#native-free\/(.*)$/, replacement: `${root}native-free/$1.ts` }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/build-once.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
