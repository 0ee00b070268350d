import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

const dist = (name: string): string => readFileSync(join(DIST, name), 'utf8');

it('what is shipped loads zod as one file, with the licence of zod, and no other file of dist/ imports the package', () => {
  const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  expect(files.filter((name) => /from ['"]zod/.test(dist(name)))).toEqual([]);
  expect(dist('zod.js')).toContain('MIT License');
  expect(dist('zod.js')).not.toMatch(/^import /m);
});

it('and yaml', () => {
  expect(dist('study/yaml.js')).toContain("('../yaml.cjs')");
  expect(dist('yaml.cjs')).toContain('Permission to use, copy, modify, and/or distribute this software');
});

it('the commands load few files, and so do their threads; a module in a bundle still finds what stands beside it', () => {
  expect(dist('cli.js')).toMatch(/import\(["']\.\/bundled\/main\.js["']\)/);
  const texts = readdirSync(join(DIST, 'bundled'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => dist(join('bundled', name)));
  const imported = texts.flatMap((text) => [...text.matchAll(/^(?:import|\}|export).* from "(\.[^"]+)";$/gm)]);
  expect(imported.length).toBeGreaterThan(10);
  const outside = imported.map(([, from]) => from!).filter((from) => !/^\.\/[\w-]+\.js$/.test(from));
  expect(new Set(outside)).toEqual(new Set(['../zod.js']));
  const places = texts
    .flatMap((text) => [...text.matchAll(/"([^"]*)", import\.meta\.url/g)])
    .map(([, place]) => place!);
  expect(places.filter((place) => !place.startsWith('../'))).toEqual(['./worker.js']);
  expect(texts.join('').split('import.meta.url').length - 1).toBe(places.length);
  for (const place of places.filter((each) => each !== './worker.js'))
    expect(existsSync(join(DIST, 'bundled', place))).toBe(true);
});
