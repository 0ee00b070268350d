import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

import { fewAddresses } from '../../src/study/bundle.ts';

const OPTION = '--disable-wasm-trap-handler';
const KNOWN = new Set([OPTION]);
const line = (soft: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax address space         ${soft}              unlimited            bytes\n`;

it('esbuild is told to do with few addresses where there are few', () => {
  expect(fewAddresses(line('4096000000'), KNOWN)).toBe(OPTION);
  expect(fewAddresses(line('unlimited'), KNOWN)).toBeUndefined();
  expect(fewAddresses('', KNOWN)).toBeUndefined();
});

it('a Node.js that does not know the option is not given it', () => {
  expect(fewAddresses(line('4096000000'), new Set())).toBeUndefined();
});

it.runIf(process.platform === 'linux' && process.allowedNodeEnvironmentFlags.has(OPTION))(
  'with it, esbuild starts within 4 GB of addresses',
  () => {
    const esbuild = createRequire(import.meta.url).resolve('esbuild-wasm/bin/esbuild');
    const command = 'ulimit -v 4000000; exec "$0" "$@" --version';
    const { status } = spawnSync('sh', ['-c', command, process.execPath, OPTION, esbuild]);
    expect(status).toBe(0);
  },
);
