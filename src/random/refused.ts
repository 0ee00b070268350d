/**
 * Generators of the package seedrandom that a study may not name, with the reason to print. All three mix an integer
 * seed too little for seeds that form an arithmetic progression, as those of scheme `sha256-32` do.
 */
export const REFUSED_GENERATORS: Readonly<Record<string, string>> = {
  xor128: 'with arithmetic seeds its permutations are correlated, and seed 0 returns only zeros',
  xorwow: 'with arithmetic seeds its permutations are correlated',
  xorshift7:
    'with arithmetic seeds its permutations are correlated: only 1,000 distinct streams for seeds of 2^31 and above',
};
