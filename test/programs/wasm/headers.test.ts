import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import type { Parameters } from '../../../src/model/model.ts';
import { modelOfWasm, type WasmDeclaration } from '../../../src/programs/wasm/wasm-program.ts';
import { exponential } from '../../../src/random/exponential.ts';
import type { Rng, StreamSource } from '../../../src/random/generator.ts';
import { lognormal } from '../../../src/random/lognormal.ts';
import { exp, log, pow } from '../../../src/random/math.ts';
import { normal, normalQuantile } from '../../../src/random/normal.ts';
import { createStreams } from '../../../src/random/streams.ts';

/** The headers draw, and compute, what the engine does in TypeScript, to the last bit: test/fixtures/wasm/draws.*. */

const FIXTURES = fileURLToPath(new URL('../../fixtures/wasm/', import.meta.url));
const DECLARATION = JSON.parse(readFileSync(`${FIXTURES}draws.json`, 'utf8')) as WasmDeclaration;
const METRICS = Object.keys(DECLARATION.metrics);
const COUNT = 65;

const SOURCES: readonly StreamSource[] = [
  { scheme: 'sha256-32', generator: 'alea', base_seed: 0 },
  { scheme: 'sha256-32', generator: 'alea', base_seed: 4294967290 },
  { scheme: 'sha256-32', generator: 'sfc32', base_seed: 4294967290 },
  { scheme: 'philox', generator: 'philox', key: [3250027550, 3925871041] },
];

interface Settings {
  readonly x: number;
  readonly y: number;
  readonly mean: number;
  readonly sigma: number;
  readonly p: number;
}

function twin({ x, y, mean, sigma, p }: Settings, rng: Rng): number[] {
  const draws = [rng.uint32(), rng(), rng.index(6), rng.index(2097151), normal(rng), exponential(rng, mean)];
  draws.push(lognormal(rng, 3, sigma));
  let all = 0;
  for (let i = 0; i < 1000; i += 1) all = (Math.imul(all, 31) + rng.uint32()) >>> 0;
  draws.push(all, rng.substream(3).uint32(), normal(rng.substream(3).substream(1)), rng.uint32());
  return [...draws, exp(x), log(x), pow(x, y), normalQuantile(p)];
}

async function rowsOf(
  language: string,
  parameters: Settings,
  source: StreamSource,
  first: number,
): Promise<number[][]> {
  const module = readFileSync(`${FIXTURES}draws-${language}.wasm`).toString('base64');
  const model = modelOfWasm({ program: 'wasm', declaration: DECLARATION, module });
  const columns = METRICS.map(() => new Float64Array(COUNT));
  const state: unknown = await model.prepare!({
    parameters: parameters as unknown as Parameters,
    inputs: undefined,
    streams: 'independent',
    shared: undefined,
    metrics: METRICS,
  });
  await model.simulateChunk!(state, createStreams(source, first, COUNT), columns, 'auto');
  return Array.from({ length: COUNT }, (_, i) => columns.map((column) => column[i]!));
}

/** The first metric that differs, for a message. */
function differences(found: readonly number[][], expected: readonly number[][]): string[] {
  return expected.flatMap((row, i) =>
    row.flatMap((value, m) =>
      Object.is(found[i]![m], value) ? [] : [`${METRICS[m]!} of ${i}: ${found[i]![m]} instead of ${value}`],
    ),
  );
}

const USUAL: Settings = { x: 0.3, y: 2.5, mean: 3, sigma: 0.5, p: 0.999 };

describe.each(['c', 'rust', 'assemblyscript'])('the header for %s', (language) => {
  it.each(SOURCES)('draws what the engine draws from %o', async (source) => {
    for (const first of [0, 4294967000]) {
      const streams = createStreams(source, first, COUNT);
      const expected = Array.from({ length: COUNT }, (_, i) => twin(USUAL, streams.rng(i)));
      expect(differences(await rowsOf(language, USUAL, source, first), expected)).toEqual([]);
    }
  });

  it('has exp, log, pow and the normal quantile with the bits of the engine, over all of their range', async () => {
    const edges = [
      0,
      -1,
      1,
      0.5,
      2,
      1e-320,
      5e-324,
      1.7e308,
      709.7,
      709.79,
      -745,
      -745.2,
      -708.5,
      1e-9,
      -1e-9,
      0.35,
      -0.35,
      1.2,
      NaN,
      Infinity,
      -Infinity,
      0.9999999,
      1.0000001,
    ];
    const rng = createStreams({ scheme: 'sha256-32', generator: 'sfc32', base_seed: 7 }, 0, 1).rng(0);
    const some = Array.from({ length: 300 }, () => (rng() - 0.3) * pow(10, rng() * 6 - 3));
    const source = SOURCES[2]!;
    const found: string[] = [];
    for (const x of [...edges, ...some]) {
      const settings: Settings = { x, y: rng() * 20 - 10, mean: 1, sigma: x > 3 ? 1 : x, p: pow(rng(), 8) };
      const [row] = await rowsOf(language, settings, source, 5);
      const expected = twin(settings, createStreams(source, 5, 1).rng(0));
      found.push(...differences([row!], [expected]));
    }
    expect(found).toEqual([]);
  });
});
