/** A CSV field, quoted where it must be (RFC 4180). */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A text that a spreadsheet shows instead of computing it (CSV injection): with a `'` before `=`, `+`, `-`, `@`, a tab or a carriage return. Numbers stay as they
 * are, and a program that reads the file reads the `'`, too.
 */
export function inertText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
}
