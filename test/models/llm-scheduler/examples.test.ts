import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../../../src/models/llm-scheduler/outputs.ts';
import { PARAMETERS } from '../../../src/models/llm-scheduler/parameters.ts';
import {
  BEST_GPU_RULES,
  binSensitivity,
  DEFAULT_GPU_COUNT,
  gpuScaling,
  gridSuite,
  requestScaling,
  STRESS_PARAMETERS,
  SUITE_KEY,
} from '../../../src/models/llm-scheduler/suite.ts';

interface Example {
  readonly model: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly steps: Readonly<Record<string, Step>>;
  readonly results: { readonly key: readonly string[] };
}
interface Step {
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly grid: Readonly<Record<string, unknown>>;
}

function example(name: string): Example {
  return parse(readFileSync(new URL(`../../../examples/llm-stress/${name}`, import.meta.url), 'utf8')) as Example;
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

describe('examples/llm-stress/stress.yaml is the stress suite', () => {
  const study = example('stress.yaml');
  const { step1_request_scaling: one, step2_gpu_scaling: two, step3_kbins_sensitivity: three } = study.steps;

  test('with its parameters and key', () => {
    expect(study.model).toBe('llm-scheduler');
    expect(study.parameters).toMatchObject(STRESS_PARAMETERS);
    expect(study.results.key).toEqual(SUITE_KEY);
  });

  test('step 1: its volumes, schedulers and GPU counts', () => {
    const tests = requestScaling();
    expect(one!.grid['num_requests']).toEqual(distinct(tests.map((t) => t.num_requests)));
    expect(one!.grid['scheduler_type']).toEqual(distinct(tests.map((t) => t.scheduler_type)));
    expect(one!.grid['num_gpus']).toEqual({ values: [1, 2, 4], when: { scheduler_type: 'multi_bin_dynamic' } });
    expect(one!.parameters).toEqual({ k_bins: 8, num_gpus: 1 });
  });

  test('steps 2 and 3: a million requests; the best GPU count comes from step 2', () => {
    expect(two!.grid).toEqual({ num_gpus: gpuScaling().map((t) => t.num_gpus) });
    expect(three!.grid).toEqual({ k_bins: binSensitivity(4).map((t) => t.k_bins) });
    const best = three!.parameters!['num_gpus'] as {
      from: string;
      best: (typeof BEST_GPU_RULES)[number];
      otherwise: number;
    };
    expect(Object.keys(study.steps)).toContain(best.from);
    expect(BEST_GPU_RULES).toContain(best.best);
    expect(best.otherwise).toBe(DEFAULT_GPU_COUNT);
  });
});

test('examples/llm-stress/grid.yaml is the grid suite at three loads', () => {
  const { steps } = example('grid.yaml');
  const tests = gridSuite();
  const grid = {
    num_requests: distinct(tests.map((t) => t.num_requests)),
    num_gpus: distinct(tests.map((t) => t.num_gpus)),
    k_bins: distinct(tests.map((t) => t.k_bins)),
  };
  for (const load of [100, 10, 1]) expect(steps[`load_${load}`]).toEqual({ parameters: { rps_scaling: load }, grid });
});

test.each(['stress.yaml', 'grid.yaml'])('%s names parameters that exist', (name) => {
  const study = example(name);
  const names = [study, ...Object.values(study.steps)].flatMap((level) => [
    ...Object.keys(level.parameters ?? {}),
    ...Object.keys('grid' in level ? level.grid : {}),
  ]);
  for (const parameter of names) expect({ ...PARAMETERS, ...METRICS }).toHaveProperty(parameter);
});
