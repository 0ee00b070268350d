import type { ServerResponse } from 'node:http';

/** Nothing from elsewhere, nothing inline, nobody may frame it, and no text becomes HTML. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
/**
 * A report is one file with its own script, and lies in a folder that may be anybody's: it is shown as a page of no site at all, which can neither read this one
 * nor reach anything. Its forms are never sent (form-action), but without allow-forms its script would not hear of them.
 */
const REPORT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-forms allow-downloads allow-popups";

const ALWAYS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** What is sent, and what it is. */
export interface Content {
  readonly type: string;
  readonly bytes: Uint8Array | string;
}

export const HTML = 'text/html; charset=utf-8';
export const PLAIN = 'text/plain; charset=utf-8';

const TYPES: Readonly<Record<string, string>> = {
  html: HTML,
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  md: PLAIN,
  svg: PLAIN,
  png: 'image/png',
};

/** By the end of a file's name; anything else is bytes to save. */
export function typeOf(name: string): string {
  return TYPES[/\.([a-z]+)$/.exec(name)?.[1] ?? ''] ?? 'application/octet-stream';
}

export function answer(response: ServerResponse, status: number, { type, bytes }: Content, report = false): void {
  const headers = { 'Content-Type': type, 'Content-Security-Policy': report ? REPORT_POLICY : PAGE_POLICY };
  response.writeHead(status, { ...ALWAYS, ...headers, 'Content-Length': Buffer.byteLength(bytes) });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

/** One sentence instead of what was asked for. */
export function refuse(response: ServerResponse, status: number, sentence: string): void {
  answer(response, status, { type: PLAIN, bytes: `${sentence}\n` });
}

export function beginEvents(response: ServerResponse): void {
  response.writeHead(200, {
    ...ALWAYS,
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Content-Security-Policy': PAGE_POLICY,
    'X-Accel-Buffering': 'no',
  });
}

/** The token is taken out of the address and kept where no script, history or referrer sees it. */
export function keepToken(response: ServerResponse, cookie: string, token: string, location: string): void {
  response.writeHead(303, {
    ...ALWAYS,
    'Set-Cookie': `${cookie}=${token}; HttpOnly; SameSite=Lax; Path=/`,
    Location: location,
  });
  response.end();
}
