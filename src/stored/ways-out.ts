import type { Model } from '../model/model.ts';
import type { Difference } from '../study/identity.ts';

/** What a person can do where a run on disk is another experiment than the study: it depends on what differs. */
export function waysOut(differences: readonly Difference[], { name, version, earlier_versions = {} }: Model): string {
  const of = (path: string): Difference | undefined => differences.find((each) => each.path === path);
  const old = of('model_version')?.old;
  if (typeof old === 'string' && Object.hasOwn(earlier_versions, old)) {
    return `The rows were computed by version ${old} of the model ${name}; this is version ${version}. ${earlier_versions[old]!} Nothing was changed.`;
  }
  if (of('metrics') !== undefined) {
    return (
      'Rows hold the metrics that the run was started with: another one, or another order, means computing every row again. ' +
      'Set metrics back (or leave the key out, if it was), or give another --output. Nothing was changed.'
    );
  }
  return 'Nothing was changed. Set it back, or give another --output; cells that are only not wanted now are left out with --cells.';
}
