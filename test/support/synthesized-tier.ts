import { Template } from 'aws-cdk-lib/assertions';
import type { TierDefinition } from '../../lib/definition';
import { synthesizeTier } from '../../lib/stacks';
import { expandLoops } from '../../lib/stacks/expand-loops';
import { stackName } from '../../lib/stacks/names';
import { madeOnce } from './made-once';
import { plainApp } from './plain-app';

/** A resource as a template writes it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface TemplateJson {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>;
}

/**
 * Templates of a tier in the order in which they deploy, loops repeated, by the stack's name without tier and stage: `network`, `main`,
 * `posts-shards-s0`, `access`. Synthesized by the first suite that asks for them.
 */
export const templatesOf = (definition: TierDefinition): Record<string, TemplateJson> =>
  madeOnce('templates', definition, synthesizedNow);

/** The same, synthesized here and now. */
export function synthesizedNow(definition: TierDefinition): Record<string, TemplateJson> {
  const prefix = `${stackName(definition)}-`;
  const app = plainApp();
  const { all } = synthesizeTier(app, definition);
  const assembly = app.synth();
  return Object.fromEntries(
    all.map((stack) => [
      stack.stackName.slice(prefix.length),
      deployed(assembly.getStackArtifact(stack.artifactId).template as TemplateJson),
    ]),
  );
}

/** With what loops make of it: what CloudFormation deploys. */
const deployed = (template: TemplateJson): TemplateJson => ({
  ...template,
  Resources: expandLoops(template.Resources),
});

/** For aws-cdk-lib's own matchers. */
export const asTemplate = (template: TemplateJson): Template =>
  Template.fromJSON(template as unknown as Record<string, unknown>);

/** Resources of one type over all templates, with where they stand. */
export function resourcesOf(
  templates: Record<string, TemplateJson>,
  type: string,
): readonly (Resource & { readonly stack: string; readonly id: string })[] {
  return Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => ({ ...resource, stack, id })),
  );
}
