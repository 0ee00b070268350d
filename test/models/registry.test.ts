import { describe, expect, it } from 'vitest';
import { builtInModels, models } from '../../src/models/registry.ts';

/** What `command` is, the study says. */
const NAMES = builtInModels.names.filter((name) => name !== 'command');

describe('the registry', () => {
  it.each(NAMES)('%s is a model of that name with parameters and metrics', async (name) => {
    const model = await builtInModels.load(name)!;
    expect(model.name).toBe(name);
    expect(Object.keys(model.metrics).length).toBeGreaterThan(0);
    expect('simulate' in model || 'simulateChunk' in model).toBe(true);
  });

  it('gives all of them for the schema', async () => {
    expect((await models()).map((model) => model.name)).toEqual(NAMES);
    expect(builtInModels.names).toContain('command');
    expect(builtInModels.load('command')).toBeUndefined();
  });

  it('knows no other name, inherited ones included', () => {
    expect(builtInModels.load('nope')).toBeUndefined();
    expect(builtInModels.load('toString')).toBeUndefined();
  });
});
