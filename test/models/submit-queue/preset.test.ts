import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

import { EngineError } from '../../../src/errors.ts';
import { openStudy } from '../../../src/study/loaded-study.ts';
import { allParameters } from '../../../src/study/cells.ts';
import { newFolder, removeFolder } from '../../temporary-folder.ts';

const folder = newFolder();
afterAll(() => {
  removeFolder(folder);
});

async function cells(parameters: string): Promise<{ id: string; parameters: Record<string, unknown> }[]> {
  const file = join(folder, 'study.yaml');
  writeFileSync(file, `name: presets\nmodel: submit-queue\nparameters: ${parameters}\npermutations: 1\n`);
  const experiment = await openStudy(file, {});
  return [...experiment.cells].map((cell) => ({ id: cell.cell_id, parameters: allParameters(cell) }));
}

describe('the preset short-verify', () => {
  test('is the same experiment as its values written out', async () => {
    const [preset] = await cells('{ preset: short-verify }');
    const [written] = await cells('{ verify_latency: 2, fix_delay: 60, verify_resource_mult: 16 }');
    expect(preset).toEqual(written);
    expect(preset!.parameters).not.toHaveProperty('preset');
    expect(preset!.id).not.toBe((await cells('{}'))[0]!.id);
  });

  test('leaves alone what the study gives', async () => {
    const [cell] = await cells('{ fix_delay: 24, preset: short-verify }');
    expect(cell!.parameters).toMatchObject({ verify_latency: 2, fix_delay: 24, verify_resource_mult: 16 });
  });

  test('misspelt is refused with the name that is meant', async () => {
    const error = await cells('{ preset: short-verfy }').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EngineError);
    expect((error as EngineError).message).toContain('short-verify');
  });
});

test('thresholds of back-pressure that do not ascend are refused by name', async () => {
  const error = await cells('{ bp_threshold_1: 300, bp_threshold_2: 200 }').catch((reason: unknown) => reason);
  expect((error as EngineError).message).toContain('bp_threshold_2');
});
