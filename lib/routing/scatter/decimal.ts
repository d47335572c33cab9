/** A number as PostgreSQL's `numeric` holds it: exact, with the decimals that it shows. */
export type Decimal =
  | { readonly kind: 'finite'; readonly unscaled: bigint; readonly scale: number }
  | { readonly kind: 'NaN' | 'Infinity' | '-Infinity' };

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Reads what `numeric::text` and `bigint::text` write; `undefined` for anything else. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return { kind: text };
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return { kind: 'finite', unscaled: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length };
}

/** As `numeric::text` writes it. */
export function decimalText(value: Decimal): string {
  if (value.kind !== 'finite') return value.kind;
  const { unscaled, scale } = value;
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** PostgreSQL's order: NaN is equal to itself and above everything else. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.kind !== 'finite' || b.kind !== 'finite') return RANK[a.kind] - RANK[b.kind];
  const [one, other] = aligned(a, b);
  return one < other ? -1 : one > other ? 1 : 0;
}

const RANK: Readonly<Record<Decimal['kind'], number>> = { '-Infinity': 0, finite: 1, Infinity: 2, NaN: 3 };

/** `a + b`, with the decimals of whichever shows more. */
export function addDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'finite' && b.kind === 'finite') {
    const [one, other] = aligned(a, b);
    return { kind: 'finite', unscaled: one + other, scale: Math.max(a.scale, b.scale) };
  }
  if (a.kind === 'finite') return b;
  if (b.kind === 'finite' || a.kind === b.kind) return a;
  return { kind: 'NaN' };
}

/**
 * `sum / count` with as many decimals as PostgreSQL's `avg` shows: at least 16 significant digits, and no fewer than the sum has.
 * `count` is above 0.
 * @see https://github.com/postgres/postgres/blob/REL_17_0/src/backend/utils/adt/numeric.c (select_div_scale)
 */
export function averageOf(sum: Decimal, count: bigint): Decimal {
  if (sum.kind !== 'finite') return sum;
  const dividend = leadingGroup(sum.unscaled, sum.scale);
  const divisor = leadingGroup(count, 0);
  const weight = dividend.weight - divisor.weight - (dividend.group <= divisor.group ? 1 : 0);
  const scale = Math.min(MAX_SCALE, Math.max(SIGNIFICANT_DIGITS - weight * GROUP_DIGITS, sum.scale, 0));
  const scaled = sum.unscaled * 10n ** BigInt(scale - sum.scale);
  const half = count / 2n;
  // Rounds half away from zero; for an odd count there is no half.
  const rounded = scaled < 0n ? -((-scaled + half) / count) : (scaled + half) / count;
  return { kind: 'finite', unscaled: rounded, scale };
}

const SIGNIFICANT_DIGITS = 16;
const MAX_SCALE = 1000;
/** PostgreSQL stores decimal digits in groups of four, counted from the decimal point. */
const GROUP_DIGITS = 4;

/** The first group of four digits that is not 0, and its distance from the decimal point in groups; 0 and 0 for zero. */
function leadingGroup(unscaled: bigint, scale: number): { readonly group: number; readonly weight: number } {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale);
  const groups =
    whole.padStart(Math.ceil(whole.length / GROUP_DIGITS) * GROUP_DIGITS, '0') +
    fraction.padEnd(Math.ceil(fraction.length / GROUP_DIGITS) * GROUP_DIGITS, '0');
  const first = groups.search(/[1-9]/);
  if (first < 0) return { group: 0, weight: 0 };
  const index = Math.floor(first / GROUP_DIGITS);
  return {
    group: Number(groups.slice(index * GROUP_DIGITS, (index + 1) * GROUP_DIGITS)),
    weight: Math.ceil(whole.length / GROUP_DIGITS) - 1 - index,
  };
}

type Finite = Extract<Decimal, { kind: 'finite' }>;

function aligned(a: Finite, b: Finite): [bigint, bigint] {
  const scale = Math.max(a.scale, b.scale);
  return [a.unscaled * 10n ** BigInt(scale - a.scale), b.unscaled * 10n ** BigInt(scale - b.scale)];
}
