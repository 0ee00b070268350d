import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));

/** What a source file loads before its first line runs: its imports but those of types, and theirs. Files are named below src/, packages as they are. */
function loadedBy(...entries: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const path = join(SOURCES, file);
    if (!file.endsWith('.ts') || !existsSync(path)) return;
    const text = readFileSync(path, 'utf8');
    for (const [, clause = '', from = ''] of text.matchAll(/^(?:import|export) ([^;]*?)from '([^']+)'/gm)) {
      if (clause.startsWith('type ')) continue;
      visit(from.startsWith('.') ? join(dirname(file), from) : from);
    }
  };
  for (const entry of entries) visit(entry);
  return seen;
}

/** Packages of many modules, each a tenth of a second or so where nothing is asked of it. */
const HEAVY = ['piscina', 'yaml', 'cli-progress', 'esbuild-wasm', 'apache-arrow', 'csv-parse/sync', 'hyparquet-writer'];

describe('a command starts with what it needs', () => {
  it('the version with nothing', () => {
    expect([...loadedBy('cli.ts')].filter((name) => !name.startsWith('node:')).sort()).toEqual([
      'cli.ts',
      'version.ts',
    ]);
  });

  it('status with neither threads, nor a parser of studies, nor what computes', () => {
    const loaded = loadedBy('commands/main.ts', 'commands/status.ts');
    expect(loaded).toContain('operations/status.ts');
    for (const name of [...HEAVY, 'execute/simulator.ts', 'encoding/arrow-batch.ts'])
      expect(loaded).not.toContain(name);
  });

  it.each(['run', 'plan', 'verify', 'seeds', 'replay'])('%s with no package that it may not come to use', (command) => {
    const loaded = loadedBy('commands/main.ts', `commands/${command}.ts`);
    for (const name of ['piscina', 'yaml', 'cli-progress', 'esbuild-wasm', 'apache-arrow', 'hyparquet-writer'])
      expect(loaded).not.toContain(name);
  });
});
