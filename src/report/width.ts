/** Lines that a terminal broke at its width. */

/** What only stands at the beginning of a line that a terminal has not broken. */
export const BEGINS =
  /^\s*(?:>|\[ {0,8}\d+[\].]|\[[^\]]{0,40}\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d|\d{4}-\d\d-\d\d|<\d|\d{1,3},\d+,|\{"|$)/;
export const ROW_WITHOUT_NAME = /\[ *\d+\](?: +-?\d+){10}$/;
/** Terminals are not wider. */
const MAX_WIDTH = 300;
const MIN_WIDTH = 60;

/** The width at which a terminal broke the lines: very many are that long, none is longer, few are a little shorter. Or 0. */
export function wrapWidth(text: string): number {
  const lengths = new Uint32Array(MAX_WIDTH + 1);
  let longest = 0;
  for (let at = 0; at < text.length; ) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const length = end - at;
    if (length > MAX_WIDTH) return 0;
    // Rows that a mail program broke in front of the name are equally long too, and end with a digit.
    const last = length > 0 ? text.charCodeAt(end - 1) : 0;
    if (last < 48 || last > 57) lengths[length]++;
    if (length > longest) longest = length;
    at = end + 1;
  }
  if (longest < MIN_WIDTH || lengths[longest] < 5) return 0;
  let near = 0;
  for (let i = 1; i <= 8; i++) near += lengths[longest - i];
  return lengths[longest] > 2 * near ? longest : 0;
}
