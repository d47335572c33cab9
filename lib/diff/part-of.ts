import type { StackIndex, SynthesizedStack, TemplateResource } from '../guard';

/** Which part of a tier a stack belongs to: a store by its name, else what follows the names of tier and stage: `network`, `access`. */
export type PartOf = (stack: string) => string;

/** Tells the parts of both sides of a comparison, from the tags that every resource of a tier has. */
export function partsOf(...indexes: readonly StackIndex[]): PartOf {
  const tags = indexes.flatMap(({ resources }) => [...resources.values()].map(({ resource }) => tagsOf(resource)));
  const found = tags.find(({ tier, stage }) => tier !== undefined && stage !== undefined);
  const prefix = found === undefined ? '' : `${found['tier']}-${found['stage']}-`;
  const stores = [...new Set(tags.flatMap(({ store }) => store ?? []))].sort((a, b) => b.length - a.length);
  return (stack) => {
    const rest = stack.startsWith(prefix) ? stack.slice(prefix.length) : stack;
    return stores.find((store) => rest === store || rest.startsWith(`${store}-`)) ?? rest;
  };
}

/** The stage whose resources a stack holds; `undefined` for a stack that is no tier's. */
export function stageOfStack({ resources }: SynthesizedStack): string | undefined {
  return Object.values(resources)
    .map((resource) => tagsOf(resource)['stage'])
    .find((stage) => stage !== undefined);
}

/** Tags of a resource by key, whether its type writes them as a list or as a table. */
export function tagsOf({ Properties = {} }: TemplateResource): Readonly<Record<string, string>> {
  const tags: unknown = Properties['Tags'];
  if (Array.isArray(tags)) {
    return Object.fromEntries(
      (tags as readonly { Key?: unknown; Value?: unknown }[]).map(({ Key, Value }) => [String(Key), String(Value)]),
    );
  }
  return typeof tags === 'object' && tags !== null ? (tags as Record<string, string>) : {};
}
