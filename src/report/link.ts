/** A report as the fragment of a link, `#r=…`: its text, deflated, in base64url. Made only when somebody asks for it. */
import { deflateSync, strToU8 } from 'fflate';
import { fromBase64Url, inflateText, toBase64Url } from '../scenario/link';

/** Longer addresses get cut by mail programs and chats. Characters. */
export const MAX_LINK_CHARS = 32_000;
/** No report is longer; a small link cannot unfold into more. Bytes. */
const MAX_TEXT_BYTES = 4_000_000;

/** The lines [from, to] of a text, counted from 1. */
export function linesOf(text: string, from: number, to: number): string {
  let at = 0;
  for (let n = 1; n < from && at >= 0; n++) at = text.indexOf('\n', at) + 1 || -1;
  if (at < 0) return '';
  let end = at;
  for (let n = from; n <= to; n++) {
    const next = text.indexOf('\n', end);
    if (next < 0) return text.slice(at);
    end = next + 1;
  }
  return text.slice(at, end);
}

/** What goes behind `#r=`; null when that would be too long for a link. */
export function encodeReport(text: string): string | null {
  const code = toBase64Url(deflateSync(strToU8(text), { level: 9 }));
  return code.length > MAX_LINK_CHARS ? null : code;
}

/** The text of a link; null when it is damaged. */
export function decodeReport(code: string): string | null {
  try {
    if (code.length === 0 || code.length > MAX_LINK_CHARS) return null;
    return inflateText(fromBase64Url(code), MAX_TEXT_BYTES);
  } catch {
    return null;
  }
}
