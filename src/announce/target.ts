import { basename } from 'node:path';

import { EngineError } from '../errors.ts';

/** Who is told: a program, or a webhook. `name` is for messages, and holds no secret: arguments, paths and queries are left out. */
export type Target =
  | { readonly kind: 'command'; readonly words: readonly [string, ...string[]]; readonly name: string }
  | {
      readonly kind: 'webhook';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly name: string;
    };

/** A URL, or a command. Throws USAGE, without repeating what may hold a secret. */
export function targetOf(text: string): Target {
  if (!/^[a-z][a-z+.-]*:\/\//i.test(text)) return commandOf(text);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) throw refused('a URL that begins with http:// or https://');
  const url = new URL(text);
  const { username, password, protocol, host } = url;
  url.username = '';
  url.password = '';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    kind: 'webhook',
    url: url.href,
    headers: username === '' ? {} : { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    name: `the webhook at ${protocol}//${host}`,
  };
}

/** Words as they are, grouped by quotes: no shell reads them, so nothing in them is expanded. */
function commandOf(text: string): Target {
  const words = [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  );
  const [program, ...rest] = words;
  const quotes = text.replaceAll(/"[^"]*"|'[^']*'/g, '');
  if (program === undefined || program === '' || /["']/.test(quotes))
    throw refused('a command, its words grouped by quotes that end, or a URL');
  return { kind: 'command', words: [program, ...rest], name: basename(program) };
}

function refused(allowed: string): EngineError {
  return new EngineError(
    'USAGE',
    `--on-event expects ${allowed}; env:NAME and file:PATH say where it is, if it is not for everybody to read.`,
    { path: '--on-event', allowed },
  );
}
