/** An argument as a shell takes it: as it is where it is plain, else in single quotes. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The command that imports a file, fit to be copied. */
export function importCommand(file: string, into = 'trades.csv'): string {
  const safe = into === file ? 'imported.csv' : into;
  const named = file.startsWith('-') ? `./${file}` : file;
  return `permafrost import trades ${shellWord(named)} --into ${shellWord(safe)}`;
}
