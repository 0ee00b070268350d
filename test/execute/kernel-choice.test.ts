import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';

import { CLI, digestOf } from '../process/cli.ts';
import { chooseKernel } from '../../src/execute/kernel-choice.ts';
import { SmallStudy } from '../process/small-study.ts';

const study = new SmallStudy({ permutations: 200, p_skip: [0.1] });
afterAll(() => {
  study.remove();
});

/** Without a compiler there is no WebAssembly either. */
function jitless(...args: string[]) {
  return execa(process.execPath, ['--jitless', CLI, 'run', study.file, '--threads', '1', ...args], { reject: false });
}

it('auto takes WebAssembly where it runs, and says so where it does not', () => {
  expect(chooseKernel('auto', 2)).toEqual({ kernel: 'wasm' });
  expect(chooseKernel('auto', 2, () => false).warning).toMatch(/no WebAssembly with SIMD/);
  const { kernel, warning } = chooseKernel('auto', 2, undefined, (memories) => memories < 12);
  expect(kernel).toBe('typescript');
  expect(warning).toMatch(/the addresses for 21 WebAssembly memories/);
  expect(chooseKernel('typescript', 2)).toEqual({ kernel: 'typescript' });
});

it('--kernel wasm where it cannot run is an error of its own, before anything is written', async () => {
  const { exitCode, stderr } = await jitless('--kernel', 'wasm');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/--kernel wasm cannot run: there is no WebAssembly with SIMD/);
});

it('without WebAssembly the twins compute the same rows, and one line says so', async () => {
  const { exitCode, stderr } = await jitless();
  expect(exitCode).toBe(0);
  expect(stderr.match(/no WebAssembly with SIMD/g)).toHaveLength(1);
  expect(stderr).toMatch(/TypeScript kernels/);
  const twin = await digestOf(study.output);
  const other = new SmallStudy({ permutations: 200, p_skip: [0.1] });
  try {
    expect((await other.run({ kernel: 'wasm' })).kernel).toBe('wasm');
    expect(await digestOf(other.output)).toBe(twin);
  } finally {
    other.remove();
  }
});

it.runIf(process.platform === 'linux')(
  'where the system grants few addresses the twins compute, and the line says why',
  async () => {
    const other = new SmallStudy({ permutations: 200, p_skip: [0.1] });
    try {
      const command = `ulimit -v 25000000; exec ${process.execPath} ${CLI} run ${other.file} --threads 1`;
      const { exitCode, stderr } = await execa('bash', ['-c', command], { reject: false });
      expect(stderr).toMatch(/addresses for 14 WebAssembly memories .*ulimit -v/);
      expect(exitCode).toBe(0);
      expect(await digestOf(other.output)).toBe(await digestOf(study.output));
    } finally {
      other.remove();
    }
  },
);
