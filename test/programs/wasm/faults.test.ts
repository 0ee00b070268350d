import { ALEA_WASM } from '#native-free/build/alea';
import { COLUMNS_WASM } from '#native-free/build/columns';
import { CRC32_WASM } from '#native-free/build/crc32';
import { CSV_WASM } from '#native-free/build/csv';
import { TRADES_WASM } from '#native-free/build/trades';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { EngineError } from '../../../src/errors.ts';
import { readBinary } from '../../../src/programs/wasm/binary.ts';
import { loadModel } from '../../../src/study/load-model.ts';
import { models } from '../../study/models.ts';
import { newFolder, removeFolder } from '../../temporary-folder.ts';
import { BUFFER, build, F64, f64, I32, i32, simulating, storeEach } from './module-builder.ts';

/** What is wrong with a module, or with the JSON beside it, is told before anything runs. */

const DECLARATION = {
  name: 'sim',
  version: '1',
  parameters: { p: { type: 'number', default: 1 } },
  metrics: { x: {} },
};
const GOOD = simulating(storeEach(f64(7)));

async function refusal(module: Uint8Array | undefined, declaration: unknown = DECLARATION): Promise<string> {
  const own = newFolder();
  try {
    if (module !== undefined) writeFileSync(join(own, 'sim.wasm'), module);
    const text = typeof declaration === 'string' ? declaration : JSON.stringify(declaration, null, 1);
    if (declaration !== undefined) writeFileSync(join(own, 'sim.json'), text);
    await loadModel('./sim.wasm', own, models);
  } catch (error) {
    if (error instanceof EngineError && ['MODEL', 'STUDY'].includes(error.code)) return error.message;
    throw error;
  } finally {
    removeFolder(own);
  }
  return 'nothing is refused';
}

const simulate = { name: 'simulate', takes: [I32, I32, I32, I32, I32], gives: [I32], body: i32(0) };
const simd = (opcode: number): number[] => [
  ...Array.from({ length: 3 }, () => [0xfd, 0x0c, ...Array<number>(16).fill(0)]).flat(),
  ...[0xfd, (opcode & 0x7f) | 0x80, opcode >> 7, 0x1a],
];

const MODULES: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  'an empty file': [new Uint8Array(0), /^\.\/sim\.wasm: this is no WebAssembly module of version 1: it is empty/],
  'a text': [Buffer.from('int main() {}'), /^\.\/sim\.wasm: .*it begins with the bytes 696e7420, not with 0061736d$/],
  'a module that was cut': [GOOD.subarray(0, GOOD.length - 3), /ends in the middle \(byte \d+\)$/],
  'a module with a type error': [simulating([0x6a]), /this is no valid WebAssembly module: .*Compiling function/],
  'no simulate': [
    build({ functions: [BUFFER] }),
    /export simulate: missing; allowed: a function \(i32, i32, i32, i32, i32\) -> \(i32\)/,
  ],
  'no buffer': [build({ functions: [simulate] }), /export buffer: missing; allowed: a function \(i32\) -> \(i32\)/],
  'a simulate of another type': [
    build({ functions: [{ ...simulate, takes: [I32, F64] }, BUFFER] }),
    /export simulate: found \(i32, f64\) -> \(i32\); allowed: \(i32, i32, i32, i32, i32\) -> \(i32\)$/,
  ],
  'a prepare of another type': [
    build({ functions: [simulate, BUFFER, { name: 'prepare', body: [] }] }),
    /export prepare: found \(\) -> \(\); allowed: \(i32\) -> \(i32\)/,
  ],
  'no memory': [build({ functions: [simulate, BUFFER], memory: null }), /memory: found 0 of its own; allowed: one/],
  'a memory that is not exported': [
    build({ functions: [simulate, BUFFER], memory_name: '' }),
    /export memory: missing; allowed: its memory/,
  ],
  'a shared memory': [simulating([], 0, { memory: { limits: [3, 2, 4] } }), /memory: found a shared one/],
  'a memory of 64 bits': [
    simulating([], 0, { memory: { limits: [4, 2] } }),
    /memory: found one with addresses of 64 bits/,
  ],
  'a memory of other pages': [simulating([], 0, { memory: { limits: [8, 2, 0] } }), /limits of kind 8, of a later/],
  'a memory that is too large': [
    simulating([], 0, { memory: { limits: [0, 0x81, 0x20] } }),
    /memory: it begins with 4097 pages of 64 KiB, and may have 256 MiB at most/,
  ],
  'a foreign import': [
    simulating([], 0, { imports: [{ module: 'env', name: 'sin', takes: [F64], gives: [F64] }] }),
    /import env\.sin \(a function\): a model may import nothing but permafrost\.exp, .*The linker found no sin\(\)/,
  ],
  'an import of WASI': [
    simulating([], 0, { imports: [{ module: 'wasi_snapshot_preview1', name: 'clock_time_get' }] }),
    /import wasi_snapshot_preview1\.clock_time_get .*no printf, no clock, no files/,
  ],
  'an import that the engine does not have': [
    simulating([], 0, { imports: [{ module: 'permafrost', name: 'sin', takes: [F64], gives: [F64] }] }),
    /import permafrost\.sin \(a function\)/,
  ],
  'an import of another type': [
    simulating([], 0, { imports: [{ module: 'permafrost', name: 'exp', takes: [I32], gives: [F64] }] }),
    /import permafrost\.exp: found \(i32\) -> \(f64\); allowed: \(f64\) -> \(f64\)/,
  ],
  'relaxed SIMD': [simulating(simd(0x105)), /instruction 0xfd 0x105 at byte \d+ is relaxed SIMD: .*Compile without/],
  'an atomic instruction': [simulating([0xfe, 0x03, 0x00]), /instruction 0xfe at byte \d+ is of the threads proposal/],
  'an exception': [simulating([0x06, 0x40, 0x0b]), /instruction 0x06 at byte \d+ may not be in a model/],
  'another ABI': [
    build({ functions: [simulate, BUFFER, { name: 'permafrost_abi', gives: [I32], body: i32(2) }] }),
    /cannot be started: BrokenAgreement: permafrost_abi returns 2; allowed: 1/,
  ],
  'no room': [
    build({ functions: [simulate, { ...BUFFER, body: i32(0) }] }),
    /BrokenAgreement: buffer\(\d+\) returns 0: the module has no room/,
  ],
  'room outside of its memory': [
    build({ functions: [simulate, { ...BUFFER, body: i32(131064) }] }),
    /BrokenAgreement: buffer\(\d+\) returns 131064; allowed: .* in the memory of 131072 bytes/,
  ],
  'room that is not aligned': [
    build({ functions: [simulate, { ...BUFFER, body: i32(1025) }] }),
    /BrokenAgreement: buffer\(\d+\) returns 1025; allowed: an address that is a multiple of 8/,
  ],
  'a buffer that traps': [
    build({ functions: [simulate, { ...BUFFER, body: [0x00] }] }),
    /cannot be started: Trap: the module traps: unreachable/,
  ],
};

describe('a module is refused', () => {
  it.each(Object.entries(MODULES))('%s', async (_, [module, message]) => {
    expect(await refusal(module)).toMatch(message);
  });

  it('with all that is wrong with it', async () => {
    const module = build({
      functions: [{ name: 'simulate', body: [] }],
      imports: [{ module: 'env', name: 'abort' }],
      memory: { limits: [3, 2, 4] },
    });
    const message = await refusal(module);
    expect(message).toMatch(/^\.\/sim\.wasm: 4 problems\n/);
    for (const part of [
      /import env\.abort .*--use abort=/,
      /export simulate: found/,
      /export buffer: missing/,
      /shared/,
    ])
      expect(message).toMatch(part);
  });

  it('and one without a fault is not; plain SIMD, and the bytes of a relaxed instruction among data, are none', async () => {
    expect(await refusal(GOOD)).toBe('nothing is refused');
    expect(await refusal(simulating([0xfd, 0x0c, ...Array<number>(16).fill(0xfd), 0x1a, ...i32(0x105fd), 0x1a]))).toBe(
      'nothing is refused',
    );
  });
});

const JSONS: Readonly<Record<string, readonly [unknown, RegExp]>> = {
  'an empty one': [' ', /^\.\/sim\.json: missing; allowed: a declaration/],
  'one that is no JSON': ['{ "name": }} ', /^\.\/sim\.json:1:\d+: cannot be read as JSON/],
  'a misspelt key': [
    { ...DECLARATION, metrisc: {} },
    /^\.\/sim\.json:\d+:\d+: metrisc: unknown key "metrisc"; .*did you mean metrics\?/,
  ],
  'a misspelt key of a metric': [
    { ...DECLARATION, metrics: { x: { mising: true } } },
    /^\.\/sim\.json:\d+:\d+: metrics\.x\.mising: unknown key .*did you mean missing\?/,
  ],
  'a function': [{ ...DECLARATION, simulate: 'x' }, /simulate: unknown key "simulate"/],
  inputs: [{ ...DECLARATION, inputs: {} }, /inputs: unknown key "inputs"/],
  'a text parameter': [
    { ...DECLARATION, parameters: { t: { type: 'string', default: 'a' } } },
    /^\.\/sim\.json:\d+:\d+: parameters\.t\.type: found "string"; allowed: number, integer, boolean, choice: .*one number per parameter/,
  ],
  'a list': [
    { ...DECLARATION, parameters: { t: { type: 'list', items: 'numbers' } } },
    /parameters\.t\.type: found "list"/,
  ],
  'an unknown generator': [
    { ...DECLARATION, generators: ['mt'] },
    /generators: found \["mt"\]; allowed: a list of generators: alea, /,
  ],
  'no generator': [{ ...DECLARATION, generators: [] }, /generators: found an empty list/],
  'a memory of nothing': [{ ...DECLARATION, memory_mib: 0 }, /memory_mib: found 0; allowed: an integer from 1 to 4095/],
  'a code that is none': [
    { ...DECLARATION, failures: { '0': 'fine' } },
    /failures.*an integer that simulate returns, not 0/,
  ],
};

describe('the list of instructions', () => {
  it.each(Object.entries({ ALEA_WASM, COLUMNS_WASM, CRC32_WASM, CSV_WASM, TRADES_WASM }))(
    'has those of %s, with its SIMD',
    (_, base64) => {
      expect(readBinary(Buffer.from(base64, 'base64')).refused).toBeUndefined();
    },
  );
});

describe('a declaration is refused', () => {
  it.each(Object.entries(JSONS))('%s', async (_, [declaration, message]) => {
    expect(await refusal(GOOD, declaration)).toMatch(message);
  });

  it('with all that is wrong with it', async () => {
    const message = await refusal(GOOD, {
      name: 'sim',
      parameters: { t: { type: 'string' } },
      metrics: {},
      memory_mib: -1,
    });
    expect(message).toMatch(/^\.\/sim\.json: 4 problems/);
  });

  it('where it is not there, or the module is not', async () => {
    const own = newFolder();
    writeFileSync(join(own, 'sim.wasm'), GOOD);
    await expect(loadModel('./sim.wasm', own, models)).rejects.toThrow(
      './sim.json: there is no such file: it declares what ./sim.wasm is, { name, version, parameters, metrics }',
    );
    removeFolder(own);
    expect(await refusal(undefined)).toBe('./sim.wasm: there is no such file');
  });
});
