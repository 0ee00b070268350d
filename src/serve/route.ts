/** What an address asks for. Nothing else is answered, and no part of an address is ever a path on the disk. */
export type Route =
  | { readonly kind: 'page' }
  | { readonly kind: 'asset'; readonly name: string }
  | { readonly kind: 'list' }
  | { readonly kind: 'run'; readonly key: string; readonly metric: string | null; readonly shown: string | null }
  | { readonly kind: 'report'; readonly key: string; readonly names: readonly string[] };

const KEY = /^[0-9a-f]{16}$/;
/** A file of a report: names of letters, digits and a few signs, none of which begins with a dot. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}$/;
const MOST_NAMES = 4;

/** The longest request line that is looked at. */
const LONGEST_TARGET = 2_048;

/**
 * Reads the target of a request as it came, before anybody decodes or normalises it: what holds an encoded or strange character is nothing here.
 * Undefined for what there is not.
 */
export function routeOf(target: string): Route | undefined {
  if (target.length > LONGEST_TARGET) return undefined;
  const [, path = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?$/.exec(target) ?? [];
  const [first, ...names] = path.split('/');
  if (first !== '' || names.length === 0) return undefined;
  const [head, key = '', ...rest] = names;
  if (head === '' && names.length === 1) return { kind: 'page' };
  if (head === 'assets') return rest.length === 0 && NAME.test(key) ? { kind: 'asset', name: key } : undefined;
  if (head === 'events' && names.length === 1) return { kind: 'list' };
  if (!KEY.test(key)) return undefined;
  if (head === 'run') return rest.length === 0 ? { kind: 'page' } : undefined;
  if (head === 'events' && rest.length === 0) {
    const asked = new URLSearchParams(query);
    return { kind: 'run', key, metric: asked.get('metric'), shown: asked.get('shown') };
  }
  if (head !== 'report' || rest.length === 0 || rest.length > MOST_NAMES) return undefined;
  return rest.every((name) => NAME.test(name)) ? { kind: 'report', key, names: rest } : undefined;
}

/** The token in an address, and the address without it. */
export function takeToken(target: string): { readonly token: string | null; readonly without: string } {
  const at = target.indexOf('?');
  if (at < 0) return { token: null, without: target };
  const asked = new URLSearchParams(target.slice(at + 1));
  const token = asked.get('token');
  asked.delete('token');
  const rest = asked.toString();
  return { token, without: rest === '' ? target.slice(0, at) : `${target.slice(0, at)}?${rest}` };
}
