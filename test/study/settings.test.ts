import { describe, expect, it, test } from 'vitest';
import type { Parameters } from '../../src/model/model.ts';
import { expandCells } from '../../src/study/cells.ts';
import { readSetOptions, setTexts } from '../../src/study/set-options.ts';
import { StudyError } from '../../src/study/problem.ts';
import { loadStudy } from '../../src/study/study.ts';
import { models, study } from './models.ts';

const coin = { model: 'coin', permutations: 10 };

/** The parameters of all cells, with what is given for the settings. */
async function cellsOf(raw: object, settings: Parameters = {}): Promise<Parameters[]> {
  const checked = await loadStudy({ study: { ...coin, ...raw }, folder: '.' }, { models, overrides: { settings } });
  return Array.from(expandCells(checked), ({ parameters }) => parameters);
}

async function problemsOf(raw: object, settings: Parameters = {}): Promise<string[]> {
  try {
    await cellsOf(raw, settings);
  } catch (error) {
    if (error instanceof StudyError) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe('settings of a study', () => {
  const raw = {
    settings: { flips: 3, most: 0.5, chance: 1 },
    parameters: { flips: { setting: 'flips' } },
    grid: { p: { values: [0, 0.25, 0.5, { setting: 'chance' }], at_most: { setting: 'most' } } },
  };

  it('stand at their defaults, or at what is given, wherever a value or a bound may stand', async () => {
    const at = (flips: number, ...chances: number[]) => chances.map((p) => ({ p, flips }));
    expect(await cellsOf(raw)).toEqual(at(3, 0, 0.25, 0.5));
    expect(await cellsOf(raw, { most: 1, chance: 0.75, flips: 8 })).toEqual(at(8, 0, 0.25, 0.5, 0.75));
    expect(await cellsOf(raw, { most: 0 })).toEqual(at(3, 0));
  });

  it('stand in explicit cells and in steps, too', async () => {
    const cells = [{ p: { setting: 'chance' } }, { id: 'b', parameters: { p: { setting: 'chance' }, flips: 7 } }];
    const given = { settings: { chance: 0.25 }, cells, steps: { one: { cells } } };
    expect(await cellsOf(given, { chance: 0.5 })).toEqual([
      { p: 0.5, flips: 100 },
      { p: 0.5, flips: 7 },
    ]);
  });

  it('make the same cells as the values written out', async () => {
    const written = { parameters: { flips: 3 }, grid: { p: [0, 0.25, 0.5] } };
    const ids = async (one: object) =>
      Array.from(expandCells(await study({ ...coin, ...one })), (cell) => cell.cell_id);
    expect(await ids(raw)).toEqual(await ids(written));
  });

  test.each([
    [
      'a name that is not declared',
      { settings: { most: 1 }, grid: { p: { values: [1], at_most: { setting: 'mots' } } } },
      'grid.p.at_most.setting: unknown setting "mots"; allowed: most; did you mean most?',
    ],
    [
      'a setting that stands nowhere',
      { settings: { most: 1 } },
      'settings.most: is used nowhere in the study; write { setting: most } where it belongs',
    ],
    [
      'a list',
      { settings: { most: [1] } },
      'settings.most: found [1]; allowed: a finite number, a text, true or false',
    ],
    [
      'a value that the parameter does not allow',
      { settings: { chance: 2 }, parameters: { p: { setting: 'chance' } } },
      'parameters.p: found 2; allowed: a number from 0 to 1',
    ],
    [
      'a bound under every value',
      { grid: { p: { values: [0.5, 0.25], at_most: 0.1 } } },
      'grid.p.at_most: found 0.1; allowed: at least 0.25, the smallest value',
    ],
    [
      'the name of a parameter that a step derives',
      {
        settings: { p: 1 },
        parameters: { p: { setting: 'p' } },
        steps: { a: {}, b: { parameters: { p: { from: 'a', best: 'heads' } } } },
      },
      'settings.p: b has a parameter of this name that an earlier step decides; name the setting otherwise',
    ],
  ])('refuse %s', async (_, given, problem) => {
    expect((await problemsOf(given)).filter((text) => !text.startsWith('grid.p.at_most: found {'))).toContain(problem);
  });

  it('refuse a bound on what is no number', async () => {
    const axis = { scheduler: { values: ['fifo'], at_most: 1 } };
    expect((await problemsOf({ model: 'kinds', parameters: { rate: 1 }, grid: axis })).join()).toContain(
      'a bound is for numbers',
    );
  });
});

describe('--set', () => {
  const derivations = ['two', 'three'].map((step) => {
    return { step, parameter: 'gpus', from: 'one', best: 'heads', of: 'max' as const, otherwise: undefined };
  });
  const read = (...texts: string[]) => readSetOptions(texts, { most: 1, label: 'a' }, derivations);

  it('gives settings, parameters of all steps that derive them, or of one; the last value stays', () => {
    expect(read('most=2', ' most = 2.5 ', 'label=x=y', 'gpus=8', 'three.gpus=16')).toEqual({
      settings: { most: 2.5, label: 'x=y' },
      derived: { two: { gpus: 8 }, three: { gpus: 16 } },
    });
    expect(read('label=true').settings).toEqual({ label: true });
    expect(read()).toEqual({ settings: {}, derived: {} });
  });

  it('is said again as it was', () => {
    const given = read('most=1e-7', 'label=x', 'gpus=8', 'two.gpus=4');
    expect(read(...setTexts(given))).toEqual(given);
  });

  test.each([
    ['mots=2', 'did you mean most?'],
    ['four.gpus=2', 'allowed: most, label, gpus, two.gpus, three.gpus'],
    ['most', 'allowed: name=value'],
    ['=2', 'allowed: name=value'],
  ])('%s is refused', (text, sentence) => {
    expect(() => read(text)).toThrow(sentence);
  });
});
