import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A code block of a page. */
export interface Block {
  readonly page: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** The pages that people read: relative to the root. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

export function blocksOf(page: string): Block[] {
  const text = textOf(page);
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(({ index, 1: language, 2: code }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    language: language!,
    text: code!,
  }));
}

/** A part of a page: from this heading to the next one of its level or above. */
export function section(page: string, heading: string): string {
  const text = textOf(page);
  const at = text.indexOf(`\n## ${heading}\n`);
  if (at < 0) throw new Error(`${page} has no section ${heading}`);
  const end = text.indexOf('\n## ', at + 1);
  return text.slice(at, end < 0 ? undefined : end);
}

/** The rows of the first table in a text that has this header in its first column: the cells of each. */
export function tableRows(text: string, header: string): string[][] {
  const lines = text.slice(text.indexOf(`| ${header} |`)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end < 0 ? undefined : end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What stands in backticks. */
export function names(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
}
