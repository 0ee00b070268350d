import { describe, expect, it } from 'vitest';
import { BUILTIN_MODELS, builtinModel } from '../../src/models/registry.ts';

describe('the registry', () => {
  it.each(BUILTIN_MODELS)('%s is a model of that name with parameters and metrics', async (name) => {
    const model = await builtinModel(name)!;
    expect(model.name).toBe(name);
    expect(Object.keys(model.metrics).length).toBeGreaterThan(0);
    expect('simulate' in model || 'simulateChunk' in model).toBe(true);
  });

  it('knows no other name, inherited ones included', () => {
    expect(builtinModel('nope')).toBeUndefined();
    expect(builtinModel('toString')).toBeUndefined();
  });
});
