import { EngineError } from '../../../errors.ts';
import type { InputFile } from '../../../model/model.ts';
import { loadInputs, type TradeInputs } from './inputs.ts';

/** `loadInputs`; where the trade list is refused the error says what it looks like and how to import it. */
export async function load(files: Readonly<Record<string, InputFile>>): Promise<TradeInputs> {
  try {
    return loadInputs(files);
  } catch (error) {
    const trades = files['trades'];
    // The formats are many: they are loaded only now.
    if (trades === undefined || !(error instanceof EngineError) || !concerns(error, trades)) throw error;
    const { importHint } = await import('../../../trade-lists/import-hint.ts');
    const hint = importHint(trades.path, trades.bytes);
    if (hint === undefined) throw error;
    const { code, path, value, allowed } = error;
    throw new EngineError(code, `${error.message}\n${hint.text}`, {
      cause: error,
      ...(path !== undefined && { path }),
      ...(value !== undefined && { value }),
      ...(allowed !== undefined && { allowed }),
    });
  }
}

function concerns({ path }: EngineError, { path: file }: InputFile): boolean {
  return path === file || path?.startsWith(`${file}:`) === true;
}
