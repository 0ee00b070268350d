const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What neither HTML nor SVG may hold: control characters but tab and line ends. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Text for HTML or SVG, in an element or a quoted attribute. Control characters become spaces. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char]!).replace(CONTROL, ' ');
}

/** Text for a line or a table cell of Markdown that may be shown as HTML. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>|#~]/g, (char) => `\\${char}`)
    .replace(/&/g, '&amp;')
    .replace(/\s+/g, ' ');
}
