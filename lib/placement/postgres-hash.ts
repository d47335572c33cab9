/**
 * The low 32 bits of PostgreSQL's extended hash functions with seed 0, for keys on a little-endian server.
 *
 * Hash partitioning stores rows by these functions, so PostgreSQL keeps them stable across major versions. The arithmetic is Bob Jenkins'
 * lookup3 (public domain) with PostgreSQL's initial value; test/placement/bucket-twin.test.ts holds it against a real server.
 * @see https://www.burtleburtle.net/bob/hash/doobs.html
 * @see https://www.postgresql.org/docs/17/ddl-partitioning.html (hash partitioning)
 */

/** lookup3's golden ratio plus PostgreSQL's own constant; the length in bytes is added to it. */
const INITIAL = (0x9e3779b9 + 3923095) | 0;

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/** lookup3's last step; returns `c`, unsigned. */
function finish(a: number, b: number, c: number): number {
  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  c = (c ^ b) - rotate(b, 24);
  return c >>> 0;
}

/** `hashint4extended(value, 0)`, low 32 bits. */
export function hashInt32(value: number): number {
  const start = (INITIAL + 4) | 0;
  return finish((start + value) | 0, start, start);
}

/**
 * `hashint8extended(value, 0)`, low 32 bits: the halves are folded so that a value hashes alike in every integer type.
 * `value` must be a safe integer or a bigint in the range of int8.
 */
export function hashInt64(value: number | bigint): number {
  if (typeof value === 'bigint') {
    const low = Number(BigInt.asUintN(32, value)) | 0;
    const high = Number(BigInt.asIntN(32, value >> 32n));
    return hashInt32(low ^ (value >= 0n ? high : ~high));
  }
  if (value === (value | 0)) return hashInt32(value);
  const high = Math.floor(value / 0x1_0000_0000);
  const low = (value - high * 0x1_0000_0000) | 0;
  return hashInt32(low ^ (value >= 0 ? high : ~high));
}

/** `hash_any_extended(bytes, 0)`, low 32 bits, over the first `length` bytes: what text (in UTF-8) and uuid hash by. */
export function hashBytes(bytes: Uint8Array, length: number): number {
  let a = (INITIAL + length) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; length - at >= 12; at += 12) {
    a = (a + word(bytes, at)) | 0;
    b = (b + word(bytes, at + 4)) | 0;
    c = (c + word(bytes, at + 8)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  // The lowest byte of c is the length's, so the tail's ninth byte goes to bits 8 to 15.
  for (let i = 0; at < length; at++, i++) {
    const byte = bytes[at] as number;
    if (i < 4) a = (a + (byte << (8 * i))) | 0;
    else if (i < 8) b = (b + (byte << (8 * (i - 4)))) | 0;
    else c = (c + (byte << (8 * (i - 7)))) | 0;
  }
  return finish(a, b, c);
}

/** Four bytes from `at`, little-endian. */
function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
