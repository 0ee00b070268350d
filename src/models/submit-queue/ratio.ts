/** a / b; NaN, which means undefined, where b is 0. */
export const ratio = (a: number, b: number): number => (b === 0 ? Number.NaN : a / b);
