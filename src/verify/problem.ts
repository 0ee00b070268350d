/** Codes of what verification finds. */
export type ProblemCode =
  | 'INCOMPLETE'
  | 'DUPLICATE'
  | 'CONFLICT'
  | 'DAMAGED'
  | 'PAST_TARGET'
  | 'TORN'
  | 'ORDER'
  | 'UNSEALED'
  | 'UNPROTECTED'
  | 'NOT_FINITE'
  | 'IDENTITY'
  | 'SUMMARY'
  | 'MISMATCH'
  | 'DISK';

/** Something that verification found. */
export interface Problem {
  readonly cell_id: string;
  readonly code: ProblemCode;
  readonly message: string;
}
