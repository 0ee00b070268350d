import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Metafile } from 'esbuild-wasm';
import type { Dependencies } from './bundle-cache.ts';

/** Endings that esbuild tries for an import without one, and TypeScript's for one that names what it will be compiled to. */
const ENDINGS = ['.tsx', '.ts', '.jsx', '.js', '.css', '.json'];
const SOURCES_OF: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx', '.ts'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/**
 * Everything that decided a bundle, by what esbuild tells of it: the files in it, and for each import the places where it was or would have been looked
 * for first. `entry`: how the metafile names what was given as text; it stands in `folder`.
 */
export function dependenciesOf({ inputs }: Metafile, entry: string, folder: string): Dependencies {
  const files: string[] = [];
  const places = new Set<string>();
  for (const [name, input] of Object.entries(inputs)) {
    const from = name === entry ? folder : dirname(resolve(folder, name));
    if (name !== entry) files.push(resolve(folder, name));
    for (const above of upwards(from)) places.add(join(above, 'package.json'));
    for (const { original, external } of input.imports) {
      if (external !== true && original !== undefined) for (const place of placesOf(original, from)) places.add(place);
    }
  }
  return { files, places: [...places] };
}

function placesOf(specifier: string, from: string): string[] {
  if (/^\.\.?(\/|$)/.test(specifier) || isAbsolute(specifier)) return namesOf(resolve(from, specifier));
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  return upwards(from).flatMap((above) => {
    const modules = join(above, 'node_modules');
    const inside = specifier === name ? [] : namesOf(join(modules, specifier));
    return [join(modules, name), join(modules, name, 'package.json'), join(above, '.pnp.cjs'), ...inside];
  });
}

/** What `path` in an import may mean. */
function namesOf(path: string): string[] {
  const [ending = ''] = /\.[cm]?jsx?$/.exec(path) ?? [];
  const sources = (SOURCES_OF[ending] ?? []).map((source) => path.slice(0, -ending.length) + source);
  const implied = ENDINGS.flatMap((each) => [path + each, join(path, `index${each}`)]);
  return [path, join(path, 'package.json'), ...sources, ...implied];
}

/** A folder and all above it. */
function upwards(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}
