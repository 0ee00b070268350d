// eslint-disable-next-line no-restricted-syntax -- until src/random/math.ts is there
export const exp = Math.exp;
// eslint-disable-next-line no-restricted-syntax -- until src/random/math.ts is there
export const log = Math.log;
