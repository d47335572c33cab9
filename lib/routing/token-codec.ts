import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { PolystoreError, type ErrorDetails } from '../errors';
import type { WalPosition } from '../postgres';
import type { SessionToken } from './session-token';

/** How tokens travel: which tier they belong to, and who may have made them. */
export interface TokenCodec {
  /** `blog/prod`: a token of another tier or stage is refused. */
  readonly scope: string;
  /** The first signs; each is accepted. Without any, tokens are neither signed nor proven. */
  readonly keys: readonly string[];
}

/** Shorter keys can be guessed. In characters. */
export const MIN_TOKEN_KEY_LENGTH = 32;

/** First byte: the format. A reader refuses any other. */
const PLAIN = 1;
/** With the replicas that were read from, where there are any: without, routers of before can read the token. */
const WITH_REPLICAS = 2;
const SIGNED = 0x80;
const SCOPE_BYTES = 4;
const SIGNATURE_BYTES = 16;

const NONE: ReadonlyMap<string, string> = new Map();

/** Bytes of a number that is written seven bits at a time: 64 bits, the most that a position needs. */
const MAX_VARINT_BYTES = 10;

/**
 * A token as text that fits a cookie or a header: base64url, 12 bytes, about 12 for each cluster and 20 for each that was read from a replica, and 16 of signature.
 * The order of its entries is that of their names, so that equal tokens are equal texts.
 */
export function encodeToken({ positions, readFrom, mapVersions }: SessionToken, { scope, keys }: TokenCodec): string {
  const version = readFrom.size > 0 ? WITH_REPLICAS : PLAIN;
  const bytes: number[] = [version | (keys.length > 0 ? SIGNED : 0), ...scopeMark(scope)];
  writeEntries(bytes, positions, ({ timeline, lsn }) => {
    writeVarint(bytes, BigInt(timeline));
    writeVarint(bytes, lsn);
  });
  if (version === WITH_REPLICAS) writeEntries(bytes, readFrom, (mark) => writeText(bytes, mark));
  writeEntries(bytes, mapVersions, (version) => writeVarint(bytes, BigInt(version)));
  const payload = Buffer.from(bytes);
  const [key] = keys;
  const token = key === undefined ? payload : Buffer.concat([payload, signatureOf(key, scope, payload)]);
  return token.toString('base64url');
}

/**
 * Reads what {@link encodeToken} wrote, for the same tier and with one of the same keys.
 * @throws {PolystoreError} TOKEN_INVALID
 */
export function decodeToken(text: string, { scope, keys }: TokenCodec): SessionToken {
  if (typeof text !== 'string' || !/^[A-Za-z0-9_-]+$/.test(text))
    throw invalid('malformed', 'is no token of a session');
  const bytes = Buffer.from(text, 'base64url');
  const head = bytes[0] as number;
  const version = head & ~SIGNED;
  if (version !== PLAIN && version !== WITH_REPLICAS)
    throw invalid('malformed', `is of no format that this version reads`);
  const isSigned = (head & SIGNED) !== 0;
  if (isSigned !== keys.length > 0) {
    throw isSigned
      ? invalid('signature', 'is signed, and this router has no tokenKey to prove it with')
      : invalid('unsigned', 'is not signed, and this router has a tokenKey');
  }
  const payload = isSigned ? bytes.subarray(0, -SIGNATURE_BYTES) : bytes;
  // The mark tells a token of another tier from a forged one; it is covered by the signature all the same.
  if (!payload.subarray(1, 1 + SCOPE_BYTES).equals(scopeMark(scope))) {
    throw invalid('foreign', `is not of ${scope}`);
  }
  if (isSigned && !isSignedByOneOf(keys, scope, payload, bytes.subarray(-SIGNATURE_BYTES))) {
    throw invalid('signature', 'was changed, or signed with another key');
  }
  return parsePayload(new Reader(payload, 1 + SCOPE_BYTES), version);
}

/** Whether a token of ours is signed. */
export const isSignedToken = (text: string): boolean =>
  ((Buffer.from(text.slice(0, 2), 'base64url')[0] as number) & SIGNED) !== 0;

function parsePayload(reader: Reader, version: typeof PLAIN | typeof WITH_REPLICAS): SessionToken {
  const positions = readEntries(reader, (): WalPosition => ({ timeline: reader.count(), lsn: reader.varint() }));
  const readFrom = version === PLAIN ? NONE : readEntries(reader, () => reader.text());
  const mapVersions = readEntries(reader, () => reader.count());
  if (!reader.isAtEnd) throw invalid('malformed', 'has more than a token has');
  return { positions, readFrom, mapVersions };
}

/** HMAC-SHA256, cut to 128 bits. @see https://www.rfc-editor.org/rfc/rfc2104#section-5 (truncated output) */
function signatureOf(key: string, scope: string, payload: Uint8Array): Buffer {
  const signed = createHmac('sha256', key).update(scope).update('\0').update(payload).digest();
  return signed.subarray(0, SIGNATURE_BYTES);
}

function isSignedByOneOf(keys: readonly string[], scope: string, payload: Uint8Array, signature: Uint8Array): boolean {
  return (
    signature.length === SIGNATURE_BYTES &&
    keys.some((key) => timingSafeEqual(signatureOf(key, scope, payload), signature))
  );
}

/** By scope: a process has one or two. */
const scopeMarks = new Map<string, Buffer>();

function scopeMark(scope: string): Buffer {
  let mark = scopeMarks.get(scope);
  if (!mark) scopeMarks.set(scope, (mark = createHash('sha256').update(scope).digest().subarray(0, SCOPE_BYTES)));
  return mark;
}

function writeEntries<V>(bytes: number[], entries: ReadonlyMap<string, V>, write: (value: V) => void): void {
  writeVarint(bytes, BigInt(entries.size));
  const sorted = entries.size > 1 ? [...entries].sort(([one], [other]) => (one < other ? -1 : 1)) : entries;
  for (const [name, value] of sorted) {
    writeText(bytes, name);
    write(value);
  }
}

function writeText(bytes: number[], text: string): void {
  const encoded = Buffer.from(text, 'utf8');
  writeVarint(bytes, BigInt(encoded.length));
  bytes.push(...encoded);
}

function readEntries<V>(reader: Reader, read: () => V): ReadonlyMap<string, V> {
  const entries = new Map<string, V>();
  for (let left = reader.count(); left > 0; left--) {
    const name = reader.text();
    entries.set(name, read());
  }
  return entries;
}

function writeVarint(bytes: number[], value: bigint): void {
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
}

/** Reads a payload from front to back; what is cut short is malformed. */
class Reader {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return value;
    }
    throw invalid('malformed', 'ends too early');
  }

  count(): number {
    const value = this.varint();
    if (value <= 0xffff_ffffn) return Number(value);
    throw invalid('malformed', 'has a number that no token has');
  }

  text(): string {
    const length = this.count();
    const end = this.at + length;
    if (end > this.bytes.length) throw invalid('malformed', 'ends too early');
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }
}

/** Never with the token itself: it is as good as a cookie. */
function invalid(reason: ErrorDetails['TOKEN_INVALID']['reason'], what: string): PolystoreError<'TOKEN_INVALID'> {
  return new PolystoreError('TOKEN_INVALID', `the session's token ${what}`, {
    details: { reason },
    next: 'Begin a session without a token; while keys are rotated, give tokenKey the new key first and the old one behind it.',
  });
}
