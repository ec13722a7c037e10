/** A length in tenths of a px: finer than that nothing is seen, and what moves by less need not be drawn again. */
export const tenths = (px: number): number => Math.round(px * 10) / 10;

/** Tag for the `d` of a path: its numbers in tenths of a px. */
export function d(parts: TemplateStringsArray, ...values: (number | string)[]): string {
  let out = parts[0];
  for (const [i, value] of values.entries()) out += (typeof value === 'number' ? tenths(value) : value) + parts[i + 1];
  return out;
}
