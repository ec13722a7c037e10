/** A moment of virtual time in seconds, cut as the clock cuts it: 41350999999 -> "41.350". */
export function seconds(ns: number, digits = 3): string {
  const unit = 10 ** (9 - digits);
  return ((Math.floor(ns / unit) * unit) / 1e9).toFixed(digits).replace('-', '−');
}
