import { readFileSync } from 'node:fs';
import type { PolicyValidationStack } from 'aws-cdk-lib';

/** A loop of a template's resources, as `Fn::ForEach` writes it. */
type Loop = readonly [identifier: string, values: readonly string[], body: object];

const LOOP = 'Fn::ForEach::';

/**
 * Groups of stacks whose templates say the same but for numbers in the names that their loops repeat: those of a hundred shards' alarms. Names of the same
 * letters and lengths are valid or not together, so that what is true of one template of a group is true of all.
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

/** What a template is judged by, without the numbers in its loops' names. A template without loops is like no other. */
function contentOf({ templatePath, accountId, region }: PolicyValidationStack): string {
  const text = readFileSync(templatePath, 'utf8');
  if (!text.includes(`"${LOOP}`)) return templatePath;
  const { Resources: resources, ...rest } = JSON.parse(text) as {
    readonly Resources: Readonly<Record<string, unknown>>;
  };
  return JSON.stringify([
    accountId,
    region,
    rest,
    Object.entries(resources).map(([id, resource]) => [
      id,
      id.startsWith(LOOP) ? withoutNumbers(resource as Loop) : resource,
    ]),
  ]);
}

const withoutNumbers = ([identifier, values, body]: Loop): Loop => [
  identifier,
  values.map((value) => value.replaceAll(/\d/g, '0')),
  body,
];
