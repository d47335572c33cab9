import type { TemplateJson } from './synthesized-tier';

/** Stacks by name, as they stand in an account or as they are about to be deployed, in the order in which they deploy. */
export type Stacks = Readonly<Record<string, TemplateJson>>;

/**
 * What CloudFormation would refuse of a deployment from one version of a tier to the next, stack by stack: an import of what nobody exports, an
 * export dropped while a stack still imports it, a weak reference to an output that is not there, also when the last stack is rolled back to what
 * it was. Stacks that left the tier stand until they are deleted by hand, last ones first, which must work too. Empty where everything goes through.
 */
export function refusalsOf(before: Stacks, after: Stacks, prefix: string): readonly string[] {
  const deployed: Record<string, TemplateJson> = { ...before };
  const refusals: string[] = [];
  for (const [name, template] of Object.entries(after)) {
    const dropped = exportsOf(deployed[name]).filter((value) => !exportsOf(template).includes(value));
    refusals.push(...dropped.flatMap((value) => importers(deployed, name, value, `${name} drops`)));
    const known = Object.entries(deployed).flatMap(([other, value]) => (other === name ? [] : exportsOf(value)));
    for (const value of importsOf(template)) if (!known.includes(value)) refusals.push(`${name} imports ${value}`);
    refusals.push(...missingOutputs({ ...deployed, [name]: template }, name, template, prefix));
    deployed[name] = template;
  }
  const last = Object.keys(after).at(-1);
  const old = last === undefined ? undefined : before[last];
  if (last !== undefined && old) refusals.push(...missingOutputs(deployed, `${last}, rolled back,`, old, prefix));
  for (const name of Object.keys(before).reverse()) {
    if (after[name]) continue;
    const { [name]: gone, ...others } = deployed;
    refusals.push(...exportsOf(gone).flatMap((value) => importers(others, name, value, `${name}, deleted, drops`)));
    for (const [other, template] of Object.entries(others)) {
      if (weakReferencesOf(template).some(({ stack }) => stack === `${prefix}${name}`))
        refusals.push(`${other} reads ${name}, which is deleted`);
    }
    delete deployed[name];
  }
  return refusals;
}

function importers(stacks: Stacks, owner: string, value: string, what: string): string[] {
  return Object.entries(stacks)
    .filter(([name, template]) => name !== owner && importsOf(template).includes(value))
    .map(([name]) => `${what} ${value}, which ${name} imports`);
}

function missingOutputs(stacks: Stacks, who: string, template: TemplateJson, prefix: string): string[] {
  return weakReferencesOf(template)
    .filter(({ stack, output }) => stacks[stack.slice(prefix.length)]?.Outputs?.[output] === undefined)
    .map(({ stack, output }) => `${who} reads ${stack}.${output}, which is not there`);
}

const exportsOf = (template: TemplateJson | undefined): readonly string[] =>
  Object.values(template?.Outputs ?? {}).flatMap(({ Export }) => (Export ? [Export.Name] : []));

const importsOf = (template: TemplateJson): readonly string[] =>
  [...JSON.stringify(template).matchAll(/\{"Fn::ImportValue":"([^"]+)"\}/g)].map(([, name = '']) => name);

const weakReferencesOf = (template: TemplateJson): readonly { readonly stack: string; readonly output: string }[] =>
  [...JSON.stringify(template).matchAll(/\{"Fn::GetStackOutput":(\{.*?"OutputName":"[^"]+"[^}]*\})\}/g)].map(
    ([, text = '']) => {
      const { StackName: stack, OutputName: output } = JSON.parse(text) as { StackName: string; OutputName: string };
      return { stack, output };
    },
  );
