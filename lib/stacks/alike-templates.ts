import { readFileSync } from 'node:fs';
import type { PolicyValidationStack } from 'aws-cdk-lib';

/** A loop of a template's resources, as `Fn::ForEach` writes it. */
type Loop = readonly [identifier: string, values: readonly string[], body: object];

const LOOP = 'Fn::ForEach::';

/**
 * Groups of stacks whose templates say the same but for numbers in the names that their loops repeat, and in the stack's own: those of a hundred shards'
 * alarms. What names one of the first names one of the others in its place. Names of the same letters and lengths are valid or not together, so that what
 * is true of one template of a group is true of all.
 */
export function alikeTemplates(
  stacks: readonly PolicyValidationStack[],
): readonly (readonly PolicyValidationStack[])[] {
  const groups = new Map<string, PolicyValidationStack[]>();
  for (const stack of stacks) {
    const content = contentOf(stack);
    const group = groups.get(content);
    if (group === undefined) groups.set(content, [stack]);
    else group.push(stack);
  }
  return [...groups.values()];
}

/** What a template is judged by. A template without loops is like no other. */
function contentOf({ stackConstructPath, templatePath, accountId, region }: PolicyValidationStack): string {
  const text = readFileSync(templatePath, 'utf8');
  if (!text.includes(`"${LOOP}`)) return templatePath;
  const stack = stackConstructPath.slice(stackConstructPath.lastIndexOf('/') + 1);
  return JSON.stringify([accountId, region, withoutLoopNames(withoutOwnName(text, stack), loopNames(text))]);
}

const withoutNumbers = (name: string): string => name.replaceAll(/\d/g, '0');

/** CDK ends a logical id with eight digits that stand for its whole path. */
const ID_END = '[0-9A-F]{8}(?=")';

function withoutOwnName(text: string, stack: string): string {
  const inIds = stack.replaceAll(/[^A-Za-z0-9]/g, '');
  return text
    .replaceAll(new RegExp(`${inIds}(?!\\d)([A-Za-z]*)${ID_END}`, 'g'), `${withoutNumbers(inIds)}$1`)
    .replaceAll(new RegExp(`${stack}(?!\\d)`, 'g'), withoutNumbers(stack));
}

/** Each name by its place among them, wherever it stands. */
function withoutLoopNames(text: string, names: readonly string[]): string {
  if (names.length === 0) return text;
  const places = new Map(names.map((name, place) => [name, `{${place}: ${withoutNumbers(name)}}`]));
  // A name may begin with another.
  const longestFirst = [...names].sort((a, b) => b.length - a.length);
  return text.replaceAll(new RegExp(`(?:${longestFirst.join('|')})(?!\\d)`, 'g'), (name) => places.get(name) ?? name);
}

/** What the loops of a template repeat, in the order in which it comes up: names of a tier, of letters, digits and dashes. */
function loopNames(text: string): readonly string[] {
  const { Resources: resources } = JSON.parse(text) as { readonly Resources: Readonly<Record<string, unknown>> };
  const loops = Object.entries(resources).filter(([id]) => id.startsWith(LOOP));
  return [...new Set(loops.flatMap(([, loop]) => (loop as Loop)[1]))];
}
