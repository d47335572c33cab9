import { closest, distance } from 'fastest-levenshtein';

/** The known name that `name` was probably meant to be; `undefined` where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const folded = name.toLowerCase();
  const nearest = closest(folded, known);
  return distance(folded, nearest.toLowerCase()) <= Math.max(2, Math.floor(name.length / 3)) ? nearest : undefined;
}

/** `did you mean "replicas"?` where a known name is near, else the list of known names. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `did you mean "${nearest}"?`;
  return known.length === 0 ? 'none is allowed here' : `allowed: ${known.join(', ')}`;
}
