/** The longest name that common file systems take [bytes]. */
const MAX_NAME_BYTES = 255;
const MAX_ID_LENGTH = 64;

/** Why a text cannot be the id of a cell, as what would be allowed; undefined where it can. */
export function refusedId(id: string): string | undefined {
  const length = Array.from(id).length;
  if (length === 0 || length > MAX_ID_LENGTH) return `a text of 1 to ${MAX_ID_LENGTH} characters`;
  if (/[\p{Surrogate}\p{Control}]/u.test(id)) return 'a text without control characters';
  if (id.normalize('NFC') !== id)
    return 'a text in Unicode normal form NFC (this one is not: type it again, or write it with other characters)';
  if (id.endsWith('.')) return 'a text that does not end in a dot (Windows drops it from the name of the folder)';
  if (cellFolderName(id).length > MAX_NAME_BYTES) {
    return `a shorter text: its folder name takes ${cellFolderName(id).length} bytes, at most ${MAX_NAME_BYTES}`;
  }
  return undefined;
}

/**
 * The folder of a cell: `cell_` and the id with everything but ASCII letters, digits, `.`, `_`, `-` percent-encoded (UTF-8). One name in one folder,
 * whatever the id: no `/` survives, and the prefix keeps `.` and `..` harmless. Different ids have different names.
 */
export function cellFolderName(id: string): string {
  const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  const encoded = id.replace(/[^A-Za-z0-9._-]/gu, (other) => Array.from(Buffer.from(other, 'utf8'), percent).join(''));
  return `cell_${encoded}`;
}

/** The cell id from the name of a folder, or undefined where it is not a cell's. */
export function cellIdOf(folderName: string): string | undefined {
  if (!folderName.startsWith('cell_')) return undefined;
  try {
    return decodeURIComponent(folderName.slice('cell_'.length));
  } catch {
    return undefined; // not percent-encoded UTF-8: no folder of ours
  }
}
