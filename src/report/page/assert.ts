/** Stands for node:assert/strict in the page. */
export default function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
