/** A result, and below it, once, what `±` means, where it has one; and why an error is not known, where one is not. */
export function withErrorNote(text: string): string {
  if (!text.includes('±')) return text;
  const unknown = text.includes('± ?')
    ? ' ± ?: no error is available: too few permutations (a mean needs 2, a median 6, p05 and p95 need 72), or rows are infinite.'
    : '';
  return `${text}\n\n± is the Monte Carlo standard error.${unknown}`;
}
