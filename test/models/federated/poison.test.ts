import { describe, expect, it } from 'vitest';
import { drawFederation } from '../../../src/models/federated/federation.ts';
import { poisonLabels, poisonedClients } from '../../../src/models/federated/poison.ts';
import { digits, permutation, settings } from './small.ts';

const ALL = Int32Array.from({ length: 1000 }, (_, i) => i);
const LABELS = Uint8Array.from(ALL, (i) => i % 10);

describe('poison', () => {
  it('label_flip: every label becomes 9 - label', () => {
    const labels = LABELS.slice();
    poisonLabels(labels, ALL, 'label_flip', 10, permutation(1));
    expect([...labels]).toEqual([...LABELS].map((label) => 9 - label));
  });

  it('random_label: every label becomes one of the nine others, each as likely', () => {
    const labels = LABELS.slice();
    poisonLabels(labels, ALL, 'random_label', 10, permutation(1));
    const shifts = new Array<number>(10).fill(0);
    labels.forEach((label, i) => (shifts[(label - LABELS[i]! + 10) % 10]! += 1));
    expect(shifts[0]).toBe(0);
    // 1000 / 9 = 111 with a standard deviation of 10.
    for (const count of shifts.slice(1)) expect(Math.abs(count - 111)).toBeLessThan(50);
  });

  it('touches only the samples named', () => {
    const labels = LABELS.slice();
    poisonLabels(labels, ALL.subarray(0, 10), 'label_flip', 10, permutation(1));
    expect([...labels.subarray(10)]).toEqual([...LABELS.subarray(10)]);
  });

  it.each([
    [10, 0, 0],
    [10, 0.2, 2],
    [10, 0.25, 3],
    [10, 0.04, 0],
    [7, 1, 7],
  ])('of %s clients at a ratio of %s poisons %s, all different', (num_clients, ratio, expected) => {
    const poisoned = poisonedClients(num_clients, ratio, permutation(2));
    expect(poisoned.length).toBe(expected);
    expect(new Set(poisoned).size).toBe(expected);
  });
});

describe('a federation', () => {
  const given = { num_train: 2000, num_val: 300, num_test: 700, poison_ratio: 0.3 };

  it('uses no digit twice: clients, validation and test are disjoint and as large as asked', () => {
    const { clients, validation, test } = drawFederation(settings(given), digits(), permutation(5));
    const training = clients.flatMap((client) => [...client]);
    expect([training.length, validation.length, test.length]).toEqual([2000, 300, 700]);
    expect(new Set([...training, ...validation, ...test]).size).toBe(3000);
  });

  it('has wrong labels at poisoned clients and nowhere else', () => {
    const { clients, poisoned, labels } = drawFederation(settings(given), digits(), permutation(5));
    expect(poisoned.length).toBe(3);
    clients.forEach((samples, client) => {
      const wrong = samples.filter((sample) => labels[sample] !== digits().labels[sample]);
      expect(wrong.length).toBe(poisoned.includes(client) ? samples.length : 0);
    });
  });

  it('is the same but for the labels at another poison_ratio: common random numbers', () => {
    const some = drawFederation(settings(given), digits(), permutation(5));
    const none = drawFederation(settings({ ...given, poison_ratio: 0 }), digits(), permutation(5));
    expect(none.clients).toEqual(some.clients);
    expect(none.test).toEqual(some.test);
    expect(none.labels).toEqual(digits().labels);
  });
});
