import { EngineError } from '../../errors.ts';
import type { InputFile } from '../../model/model.ts';
import { addOther, addRow, emptyTable, type Table, type TraceProblems } from './trace-table.ts';
import { STAMP_ALLOWED, Stamps, tokens, TOKENS_ALLOWED } from './trace-values.ts';

type Role = 'arrival' | 'prompt' | 'output';

/** Which role a column has: the first rule that applies to its name in lower case. */
export function roleOf(column: string): Role | undefined {
  const name = column.toLowerCase();
  if (name.includes('arrival') || name.includes('timestamp')) return 'arrival';
  if (name.includes('request') && name.includes('token')) return 'prompt';
  if (name.includes('prompt')) return 'prompt';
  if (name.includes('response') && name.includes('token')) return 'output';
  if (name.includes('output') || name.includes('completion')) return 'output';
  // Azure 2023: ContextTokens, GeneratedTokens.
  if (name === 'contexttokens') return 'prompt';
  if (name === 'generatedtokens') return 'output';
  return undefined;
}

/** Reads CSV with a header. Problems go to `problems`; a role without a column is an error of its own. */
export function csvTable(file: InputFile, problems: TraceProblems): Table {
  const lines = new Lines(file.bytes);
  const header = fieldsOf(lines.next() ?? '').map((name) => name.trim());
  const roles = rolesOf(file.path, header);
  const others = header.map((name, at) => ({ name, at })).filter(({ name }) => roleOf(name) === undefined);
  const table = emptyTable(others.map(({ name }) => name));
  const stamps = new Stamps();
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line.trim() === '') continue;
    const fields = fieldsOf(line);
    const value = (role: Role): string => fields[roles[role]] ?? '';
    const name = (role: Role): string => header[roles[role]]!;
    const stamp = stamps.read(value('arrival'));
    const prompt = tokens(value('prompt'));
    const output = tokens(value('output'));
    if (stamp === undefined) problems.add(lines.number, name('arrival'), value('arrival'), STAMP_ALLOWED);
    if (prompt === undefined) problems.add(lines.number, name('prompt'), value('prompt'), TOKENS_ALLOWED);
    if (output === undefined) problems.add(lines.number, name('output'), value('output'), TOKENS_ALLOWED);
    addRow(table, stamp ?? NaN, prompt ?? 0, output ?? 0);
    for (const { name: column, at } of others) addOther(table, column, fields[at] ?? '', lines.number);
  }
  return table;
}

function rolesOf(path: string, header: readonly string[]): Record<Role, number> {
  const roles: Partial<Record<Role, number>> = {};
  // Of several columns of one role the last one wins.
  for (const [at, name] of header.entries()) {
    const role = roleOf(name);
    if (role !== undefined) roles[role] = at;
  }
  const { arrival, prompt, output } = roles;
  if (arrival !== undefined && prompt !== undefined && output !== undefined) return { arrival, prompt, output };
  const missing = (['arrival', 'prompt', 'output'] as const).filter((role) => roles[role] === undefined);
  throw new EngineError(
    'DATA',
    `${path}:1: no column for ${missing.join(' and ')}; the columns are ${header.map((name) => JSON.stringify(name)).join(', ')}. ` +
      `Rename them so that they are recognised (Timestamp, Request tokens, Response tokens; or arrival, prompt, output).`,
    { path: `${path}:1`, value: header.join(','), allowed: 'columns for arrival, prompt and output' },
  );
}

/** The lines of a file, without their ends. */
class Lines {
  /** Of the line read last, from 1. */
  number = 0;
  private readonly text: Buffer;
  private at: number;

  constructor(bytes: Uint8Array) {
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  }

  next(): string | undefined {
    if (this.at >= this.text.length) return undefined;
    const end = this.text.indexOf(10, this.at);
    const stop = end < 0 ? this.text.length : end;
    const carriage = stop > this.at && this.text[stop - 1] === 13 ? 1 : 0;
    const line = this.text.toString('utf8', this.at, stop - carriage);
    this.at = stop + 1;
    this.number++;
    return line;
  }
}

/** Fields of a CSV line (RFC 4180 quotes, but no line breaks inside them: traces are numbers). */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/gy;
  for (let match = field.exec(line); match !== null; match = field.exec(line)) {
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '') break;
  }
  return fields;
}
