import type { Resource } from './synthesized-tier';

type Part = string | { readonly Ref: string };

/** A rule as CloudWatch gets it, and the logical ids that it refers to: alarms, whose references are their names. */
export function alarmRule(
  { Properties }: Resource,
  resources: Readonly<Record<string, Resource>>,
): { readonly text: string; readonly refers: readonly string[] } {
  const rule = Properties['AlarmRule'] as string | { readonly 'Fn::Join': readonly [string, readonly Part[]] };
  if (typeof rule === 'string') return { text: rule, refers: [] };
  const [between, parts] = rule['Fn::Join'];
  return {
    text: parts
      .map((part) => (typeof part === 'string' ? part : String(resources[part.Ref]?.Properties['AlarmName'])))
      .join(between),
    refers: parts.flatMap((part) => (typeof part === 'string' ? [] : [part.Ref])),
  };
}
