/** The module trapped, or its stack was full. What it left in its memory is of no account. */
export class Trap extends Error {
  override readonly name = 'Trap';
}

/** The module said so itself. */
export class FailureCode extends Error {
  override readonly name = 'FailureCode';
  /** What prepare returned is told behind its name. */
  constructor(does: 'simulate' | 'prepare', code: number, text: string | undefined) {
    const returned = does === 'prepare' ? `returned ${code}` : `simulate returned ${code}`;
    super(text === undefined ? returned : `${returned}: ${text}`);
  }
}

/** The module broke the agreement (docs/wasm-models.md). */
export class BrokenAgreement extends Error {
  override readonly name = 'BrokenAgreement';
}
