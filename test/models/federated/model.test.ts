import { describe, expect, it, vi } from 'vitest';
import type { Parameters } from '../../../src/model/model.ts';
import { digits, federated, permutation, resolved, rowOf } from './small.ts';

// Models are trained; a busy machine is slow at that.
vi.setConfig({ testTimeout: 120_000 });

const SMALL = { num_train: 400, num_val: 100, num_test: 200, global_rounds: 3, local_epochs: 1 };

describe('a permutation', () => {
  it.each([
    { model_type: 'lr' },
    { model_type: 'mlp', depth: 2 },
    { model_type: 'cnn', width_factor: 1 },
    { aggregator: 'median', poison_ratio: 0.3 },
  ])('has the same bits whenever and after whatever it is computed: %o', async (given) => {
    const inputs = { digits: digits() };
    const parameters = resolved({ ...SMALL, ...given });
    const state = await federated.prepare!({
      parameters,
      inputs,
      streams: 'independent',
      shared: undefined,
      metrics: [],
    });
    const rows = [4, 2, 4].map((perm) => {
      const row: Record<string, number> = {};
      void federated.simulate!(state, permutation(perm), row);
      return row;
    });
    expect(rows[2]).toEqual(rows[0]);
    expect(rows[1]!['test_loss']).not.toBe(rows[0]!['test_loss']);
    expect(await rowOf({ ...SMALL, ...given }, permutation(2))).toEqual(rows[1]);
    expect(Object.keys(rows[0]!)).toEqual(Object.keys(federated.metrics));
  });

  it('has these bits on every machine', async () => {
    // Computed once and written down: a change of a rounding anywhere shows here, and needs a new model version.
    expect(await rowOf({ ...SMALL, depth: 2, poison_ratio: 0.2 }, permutation(0))).toEqual(KNOWN_ROW);
  });

  it('is told step by step by its trace, without changing it', async () => {
    const inputs = { digits: digits() };
    const context = { inputs, streams: 'independent', shared: undefined, metrics: [] } as const;
    const state = await federated.prepare!({ ...context, parameters: resolved({ ...SMALL, poison_ratio: 0.2 }) });
    const lines = [...federated.trace!(state, permutation(0))];
    const row = await rowOf({ ...SMALL, poison_ratio: 0.2 }, permutation(0));
    expect(lines.filter((line) => line.includes('poisoned (label_flip)')).length).toBe(2);
    expect(lines).toContainEqual(expect.stringContaining(`val_acc ${row['val_acc']!}, val_loss ${row['val_loss']!}`));
    expect(lines.at(-1)).toBe(`best round ${row['best_epoch']!} of 3`);
  });
});

const KNOWN_ROW = {
  test_acc: 0.31,
  test_loss: 2.0987891856018406,
  val_acc: 0.32,
  val_loss: 2.122074986595205,
  best_epoch: 3,
  num_parameters: 3594,
};

describe('what a study asks of the file', () => {
  const problems = (given: Parameters) => federated.checkInputs!(resolved(given), { digits: digits() }, []);

  it('is refused where the file holds another set or fewer digits', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ dataset: 'fashion' })[0]).toContain('dataset fashion: mnist-14x14.digits holds mnist');
    expect(problems({ num_train: 9000 })[0]).toContain('= 12000: mnist-14x14.digits holds 10000 digits');
    expect(problems({ model_type: 'cnn', depth: 4 })[0]).toContain('a cnn can have 3');
    expect(problems({ model_type: 'mlp', depth: 4 })).toEqual([]);
  });
});

/** Mean test accuracy over permutations 0, 1, ... */
async function accuracy(given: Parameters, permutations = 2): Promise<number> {
  let sum = 0;
  for (let perm = 0; perm < permutations; perm++) sum += (await rowOf(given, permutation(perm)))['test_acc']!;
  return sum / permutations;
}

describe('accuracy', () => {
  it('on clean digits is what such models reach: logistic regression over 0.88, a perceptron more', async () => {
    const lr = await accuracy({ model_type: 'lr', alpha: 10, global_rounds: 15 });
    const mlp = await accuracy({ model_type: 'mlp', width_factor: 8, alpha: 10, global_rounds: 12 });
    expect(lr).toBeGreaterThan(0.88);
    expect(lr).toBeLessThan(0.93);
    expect(mlp).toBeGreaterThan(lr);
  });

  it('of a small cnn on little data is above that of logistic regression on the same', async () => {
    const given = { num_train: 1000, num_val: 300, global_rounds: 8, alpha: 10, local_epochs: 1 };
    const lr = await accuracy({ ...given, model_type: 'lr' });
    const cnn = await accuracy({ ...given, model_type: 'cnn', width_factor: 2 });
    expect(cnn).toBeGreaterThan(lr);
  });

  // The clean model of this size reaches 0.86.
  const MEDIUM = { model_type: 'lr', num_train: 2000, global_rounds: 10, local_epochs: 1, alpha: 10 };

  it('falls with every flipped client, and more by flipped than by random labels', async () => {
    const [clean, some, most, random] = await Promise.all([
      accuracy(MEDIUM),
      accuracy({ ...MEDIUM, poison_ratio: 0.4 }),
      accuracy({ ...MEDIUM, poison_ratio: 0.8 }),
      accuracy({ ...MEDIUM, poison_ratio: 0.4, poison_type: 'random_label' }),
    ]);
    expect(clean).toBeGreaterThan(0.83);
    expect(some).toBeLessThan(clean - 0.05);
    expect(most).toBeLessThan(0.2);
    expect(random).toBeGreaterThan(some);
  });

  it('under flipped clients is kept better by the median than by the mean', async () => {
    const mean = await accuracy({ ...MEDIUM, poison_ratio: 0.4 }, 3);
    const median = await accuracy({ ...MEDIUM, poison_ratio: 0.4, aggregator: 'median' }, 3);
    expect(median).toBeGreaterThan(mean + 0.03);
  });
});
