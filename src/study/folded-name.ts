/**
 * A name as a file system that folds case (NTFS, APFS, exFAT, SMB) compares it: names with the same folded form may share a file there, so they are refused
 * everywhere. Upper case first, since some letters meet only there (ſ and s, ß and ss); Unicode forms are made one (NFC and NFD of ü).
 */
export function foldedName(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** Whether Windows reserves the name for a device, whatever follows a dot: `results/nul.csv` is not a file there. */
export function isDeviceName(name: string): boolean {
  return /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/i.test(name);
}
