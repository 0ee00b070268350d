import { relative, sep } from 'node:path';

/** Whose rules of quoting a printed command follows: those of sh, bash and zsh, or those that cmd.exe and PowerShell have in common. */
export type Shell = 'posix' | 'windows';

const THIS_SHELL: Shell = process.platform === 'win32' ? 'windows' : 'posix';

/** A `permafrost` command that a person may copy: every word comes back from the shell as it is here. */
export function commandLine(words: readonly string[], shell: Shell = THIS_SHELL): string {
  const quoted = shell === 'posix' ? posixWord : windowsWord;
  return ['permafrost', ...words.map(quoted)].join(' ');
}

/** A path as a person would type it in this folder; one that begins like an option gets `./` before it. */
export function pathHere(path: string): string {
  const near = relative(process.cwd(), path);
  if (near === '') return '.';
  const typed = near === '..' || near.startsWith(`..${sep}`) ? path : near;
  return typed.startsWith('-') ? `.${sep}${typed}` : typed;
}

/** In single quotes nothing is special but the single quote itself. A word that begins with `=` is another command's path to zsh, with `~` a home folder. */
function posixWord(word: string): string {
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * In double quotes cmd.exe and PowerShell read the same but for `%`, which nothing protects in cmd.exe, and for what PowerShell replaces: a word with `$`, a
 * backquote or a curly quote is quoted for PowerShell alone. A quote inside is doubled, and a backslash before a quote: so programs take them back.
 */
function windowsWord(word: string): string {
  if (/^[\w+:./\\-][\w+=:./\\-]*$/.test(word)) return word;
  if (/[$`\u2018-\u201e]/.test(word)) return `'${word.replaceAll(/['\u2018-\u201b]/g, '$&$&')}'`;
  return `"${word.replaceAll(/(\\*)("|$)/g, '$1$1$2$2')}"`;
}
