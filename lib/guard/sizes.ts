import type { TemplateResource } from './synthesized-stack';

/** What AWS lets grow and never shrink: storage by amount, versions by their numbers. */
const SIZES: readonly string[] = ['AllocatedStorage', 'EngineVersion'];

export const sizesOf = ({ Properties = {} }: TemplateResource): Readonly<Record<string, string>> =>
  Object.fromEntries(
    SIZES.flatMap((property) => (Properties[property] === undefined ? [] : [[property, String(Properties[property])]])),
  );

/** Whether `after` is less than `before`. `17` is not less than `17.4`: it leaves the minor version to AWS. */
export function isLess(before: string, after: string): boolean {
  const numbers = (text: string): readonly number[] => text.split('.').map((part) => Number.parseInt(part, 10));
  const [old, now] = [numbers(before), numbers(after)];
  for (const [position, number] of now.entries()) {
    const was = old[position];
    if (was === undefined || Number.isNaN(was) || Number.isNaN(number)) return false;
    if (number !== was) return number < was;
  }
  return false;
}
