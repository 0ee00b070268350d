import type { Condition, MetricSpec, Parameters } from './model.ts';

/** Whether parameters are as a condition asks; one that is not active is not. */
export function meets(parameters: Parameters, condition: Condition): boolean {
  return Object.entries(condition).every(([name, wanted]) => {
    const options = Array.isArray(wanted) ? wanted : [wanted];
    return options.some((option) => JSON.stringify(option) === JSON.stringify(parameters[name]));
  });
}

/** Whether a model says that chance has no part in a metric of the cell with these parameters. */
export function isDeclaredConstant({ constant = [] }: Pick<MetricSpec, 'constant'>, parameters: Parameters): boolean {
  return constant === true || constant.some((condition) => meets(parameters, condition));
}
