/** At most `most` of `n` places, one from each of as many equal parts. Not evenly: that could meet one level of an axis only. */
export function sampled(n: number, most: number): number[] {
  const parts = Math.min(n, most);
  return Array.from({ length: parts }, (_, i) => {
    const from = Math.floor((i * n) / parts);
    const size = Math.floor(((i + 1) * n) / parts) - from;
    return from + ((i * 7919) % size);
  });
}
