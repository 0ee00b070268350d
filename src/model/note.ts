/** Something that a person should know, with a code for programs: upper-case words joined by `_`, the same for the same thing. */
export interface Note {
  readonly code: string;
  readonly message: string;
}

/** A text alone has no code of its own: it is a NOTE. */
export function notesOf(notes: readonly (Note | string)[]): Note[] {
  return notes.map((note) => (typeof note === 'string' ? { code: 'NOTE', message: note } : note));
}
