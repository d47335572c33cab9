/** A name that counts up: `posts/s` and `9`. */
interface Numbered {
  readonly stem: string;
  readonly digits: string;
}

interface Run {
  readonly first: string;
  /** Undefined where there is but one. */
  readonly last: string | undefined;
  readonly count: number;
}

/** Fewer than these stand for themselves. */
const RANGE_OF = 3;

/**
 * Names as people read them, in their order: three and more that count up stand as a range, `posts/s0–s9`. Beyond `most` of such parts the others are
 * counted: `…, and 12 more`.
 */
export function listNames(names: readonly string[], most = Infinity): string {
  const parts = runsOf(names).flatMap((run) => partsOf(run));
  const shown = parts.slice(0, most);
  const left = parts.slice(most).reduce((sum, { count }) => sum + count, 0);
  return [...shown.map(({ text }) => text), ...(left > 0 ? [`and ${left} more`] : [])].join(', ');
}

interface Part {
  readonly text: string;
  readonly count: number;
}

function partsOf({ first, last, count }: Run): readonly Part[] {
  if (last === undefined) return [{ text: first, count }];
  if (count >= RANGE_OF) return [{ text: `${first}–${last.slice(last.lastIndexOf('/') + 1)}`, count }];
  return [first, last].map((text) => ({ text, count: 1 }));
}

function runsOf(names: readonly string[]): readonly Run[] {
  const runs: Run[] = [];
  for (const name of names) {
    const run = runs.at(-1);
    if (run !== undefined && follows(run.last ?? run.first, name))
      runs[runs.length - 1] = { ...run, last: name, count: run.count + 1 };
    else runs.push({ first: name, last: undefined, count: 1 });
  }
  return runs;
}

function follows(before: string, name: string): boolean {
  const [one, other] = [numbered(before), numbered(name)];
  if (one === undefined || other === undefined || one.stem !== other.stem) return false;
  return other.digits === String(Number(one.digits) + 1).padStart(one.digits.length, '0');
}

function numbered(name: string): Numbered | undefined {
  const [, stem, digits] = /^(.*\D)(\d{1,15})$/.exec(name) ?? [];
  return stem === undefined || digits === undefined ? undefined : { stem, digits };
}
