import type { Condition, Model } from '../model/model.ts';

/** The order in which parameters are resolved: each after those that its activity, or its axis, depends on. */
export interface ResolutionOrder {
  readonly order: readonly string[];
  /** Parameters that depend on themselves, in a circle; the first is repeated at the end. */
  readonly circle: readonly string[] | undefined;
}

/** Orders the parameters of a model, given the conditions of its parameters and of the axes of one grid. Names that are not parameters are ignored. */
export function resolutionOrder(
  model: Pick<Model, 'parameters'>,
  axes: readonly { readonly parameter: string; readonly when: Condition | undefined }[],
): ResolutionOrder {
  const order: string[] = [];
  const done = new Set<string>();
  let circle: string[] | undefined;

  const visit = (name: string, above: readonly string[]): void => {
    if (done.has(name) || circle !== undefined || !Object.hasOwn(model.parameters, name)) return;
    if (above.includes(name)) {
      circle = [...above.slice(above.indexOf(name)), name];
      return;
    }
    const axis = axes.find(({ parameter }) => parameter === name);
    const conditions = [...(model.parameters[name]!.active_when ?? []), axis?.when ?? {}];
    for (const other of conditions.flatMap((condition) => Object.keys(condition))) visit(other, [...above, name]);
    done.add(name);
    order.push(name);
  };
  for (const name of Object.keys(model.parameters)) visit(name, []);
  return { order, circle };
}
