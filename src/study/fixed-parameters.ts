import type { Parameters, ParameterValue } from '../model/model.ts';
import type { Cell } from './cells.ts';
import type { Study } from './study.ts';

/** Parameters that have one value in all cells in which they are active, by where that value comes from. In the order of the model. */
export interface FixedParameters {
  /** The study gives it, itself or by a preset. */
  readonly given: Parameters;
  /** It was taken from an input. */
  readonly from_inputs: Parameters;
  readonly defaults: Parameters;
}

/** What does not vary in a study. The cells are gone through once. */
export function fixedParameters(
  { model, surface }: Pick<Study, 'model' | 'surface'>,
  cells: Iterable<Pick<Cell, 'parameters' | 'input_defaults'>>,
): FixedParameters {
  const values = new Map<string, ParameterValue>();
  const from_inputs = new Set<string>();
  const varying = new Set<string>();
  const take = (parameters: Parameters): void => {
    for (const [name, value] of Object.entries(parameters)) {
      const known = values.get(name);
      if (known === undefined) values.set(name, value);
      else if (known !== value && JSON.stringify(known) !== JSON.stringify(value)) varying.add(name);
    }
  };
  for (const { parameters, input_defaults } of cells) {
    take(parameters);
    take(input_defaults);
    for (const name of Object.keys(input_defaults)) from_inputs.add(name);
  }
  const given = new Set(
    surface.blocks.flatMap(({ fixed, axes }) => [...Object.keys(fixed), ...axes.map(({ parameter }) => parameter)]),
  );
  const those = (is: (name: string) => boolean): Parameters =>
    Object.fromEntries(
      Object.keys(model.parameters).flatMap((name) => {
        const value = values.get(name);
        return value === undefined || varying.has(name) || !is(name) ? [] : [[name, value] as const];
      }),
    );
  return {
    given: those((name) => given.has(name) && !from_inputs.has(name)),
    from_inputs: those((name) => from_inputs.has(name)),
    defaults: those((name) => !given.has(name) && !from_inputs.has(name)),
  };
}
