/**
 * Compares two well-formed strings by their bytes in UTF-8, which is the order of code points and of PostgreSQL's collation "C".
 *
 * JavaScript's own `<` compares UTF-16 units, and so puts U+FFFD after U+1F600.
 * @returns below 0 where `a` comes first, above 0 where `b` does, 0 where they are equal
 */
export function compareBytes(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

/** Units of surrogate pairs, D800 to DFFF, stand for code points above all that are one unit. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
