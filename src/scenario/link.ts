/** A session as the fragment of a link, `#s=…`: JSON, deflated, in base64url. */
import { deflateSync, Inflate, strToU8 } from 'fflate';
import { RefusalError } from '../machine/commands';
import { parseSession, type Session } from './schema';

/** More than that is no link that anybody made with this page. */
const MAX_CODE_CHARS = 1_000_000;
const MAX_JSON_BYTES = 8_000_000;

/**
 * What goes behind `#s=`.
 *
 * @throws {RefusalError} `link-too-long` when nobody could open it
 */
export function encodeSession(session: Session): string {
  const json = strToU8(JSON.stringify(session));
  const code = json.length > MAX_JSON_BYTES ? null : toBase64Url(deflateSync(json, { level: 9 }));
  if (code === null || code.length > MAX_CODE_CHARS) throw new RefusalError('link-too-long');
  return code;
}

/**
 * @param code what stood behind `#s=`
 * @throws {RefusalError} `bad-link` when it is damaged, `bad-session` or `bad-scenario` when its content is not valid
 */
export function decodeSession(code: string): Session {
  return parseSession(decodeJson(code));
}

function decodeJson(code: string): unknown {
  try {
    if (code.length === 0 || code.length > MAX_CODE_CHARS) throw new RangeError('length');
    return JSON.parse(inflateText(fromBase64Url(code), MAX_JSON_BYTES));
  } catch {
    throw new RefusalError('bad-link');
  }
}

/** Bytes that are unfolded between two looks at what has come of them: at most a thousand times as many. */
const SLICE = 2048;

/**
 * The text in what was deflated; a few bytes cannot unfold into gigabytes.
 *
 * @param most bytes of the text
 * @throws when it is damaged, or longer than that
 */
export function inflateText(bytes: Uint8Array, most: number): string {
  const text = new TextDecoder('utf-8', { fatal: true });
  let length = 0;
  let out = '';
  const inflate = new Inflate((chunk) => {
    length += chunk.length;
    if (length > most) throw new RangeError('length');
    out += text.decode(chunk, { stream: true });
  });
  for (let at = 0; at < bytes.length; at += SLICE) {
    inflate.push(bytes.subarray(at, at + SLICE), at + SLICE >= bytes.length);
  }
  return out + text.decode();
}

export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

export function fromBase64Url(code: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]+$/.test(code)) throw new RangeError('alphabet');
  return Uint8Array.from(atob(code.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
}
