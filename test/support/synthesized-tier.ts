import { Template } from 'aws-cdk-lib/assertions';
import type { TierDefinition } from '../../lib/definition';
import { createTierApp } from '../../lib/stacks';

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

/** Templates of a tier by the stack's name without tier and stage: `network`, `main`, `posts-shards-s0`, `access`. */
export function templatesOf(definition: TierDefinition): Record<string, TemplateJson> {
  const prefix = `${definition.name}-${definition.stage.name}-`;
  return Object.fromEntries(
    createTierApp({ definition })
      .synth()
      .stacks.map((stack) => [stack.stackName.slice(prefix.length), stack.template as TemplateJson]),
  );
}

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
