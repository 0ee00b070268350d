import { EngineError } from '../errors.ts';
import { errorOf, errorRecord } from '../model/error-record.ts';
import type { Model } from '../model/model.ts';
import { placeOf } from '../model/model-source.ts';

type Method = (...args: unknown[]) => unknown;

/** What the engine calls before and after permutations are computed, in its own thread. `prepare` and what computes are the simulator's to guard. */
const GUARDED = ['check', 'load', 'defaultsFrom', 'checkInputs', 'notes', 'shared', 'baseline'] as const;

/** A user's model whose functions throw EngineErrors that name their line: an error in it is the user's to fix, not a bug of the engine. */
export function guardModel(model: Model, shown: string): Model {
  const guarded = Object.assign(Object.create(Object.getPrototypeOf(model) as object), model) as Record<
    string,
    unknown
  >;
  for (const name of GUARDED) {
    const method: unknown = Reflect.get(model, name);
    if (typeof method === 'function') guarded[name] = guardedMethod(model, method as Method, `${name}()`, shown);
  }
  if (model.choices !== undefined) {
    const rules = Object.entries(model.choices).map(([rule, choose]) => [
      rule,
      guardedMethod(model.choices, choose as Method, `choices.${rule}()`, shown),
    ]);
    guarded['choices'] = Object.fromEntries(rules);
  }
  return guarded as unknown as Model;
}

/** `self`: its `this`, the module's own object; a copy would lack its private fields. */
function guardedMethod(self: unknown, method: Method, name: string, shown: string): Method {
  const refuse = (thrown: unknown): never => {
    throw modelError(thrown, name, shown);
  };
  return (...args) => {
    try {
      const result = Reflect.apply(method, self, args);
      return result instanceof Promise ? result.catch(refuse) : result;
    } catch (thrown) {
      return refuse(thrown);
    }
  };
}

/** An EngineError that the model throws on purpose stays as it is; any other error says where it was thrown. */
function modelError(thrown: unknown, name: string, shown: string): EngineError {
  if (thrown instanceof EngineError) return thrown;
  const error = errorOf(errorRecord(thrown));
  if (error instanceof EngineError) return error;
  const where = placeOf(thrown) ?? shown;
  return new EngineError('MODEL', `${where}: ${name} throws ${error.name}: ${error.message}`, {
    path: where,
    cause: error,
  });
}
