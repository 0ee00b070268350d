import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';

import { layoutOf } from '../../src/store/scan/layout.ts';
import { parametersBeside } from '../../src/stored/cell-parameters.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';

describe('the parameters of a cell, from its progress.json', () => {
  const from = (text: string) => {
    const disk = new SimulatedDisk();
    const { folder, progress } = layoutOf('/run').cell('c1');
    disk.port.mkdir(folder);
    disk.put(progress, Buffer.from(text));
    return parametersBeside(disk.port, '/run', 'c1');
  };

  it('are those that stand there', () => {
    expect(from('{"params":{"p":0.5,"side":"long","on":true}}')).toEqual({ p: 0.5, side: 'long', on: true });
  });

  it.each([
    'null',
    '[]',
    '{}',
    '{"params":null}',
    '{"params":"p=0.5"}',
    '{"params":[1]}',
    '{"params":{"p":{"a":1}}}',
    '{"params"',
  ])('are not known from %s', (text) => {
    expect(from(text)).toBeUndefined();
  });
});
