import type { SynthesizedStack, TemplateOutput, TemplateResource } from './synthesized-stack';

/** A resource and where it stands. `key` is unique in a stage: `blog-prod-main/PostgresPrimaryE59F2C4B`. */
export interface PlacedResource {
  readonly key: string;
  readonly stack: SynthesizedStack;
  readonly logicalId: string;
  readonly resource: TemplateResource;
}

/** Stacks by name, what each exports, and every resource by its key. */
export interface StackIndex {
  readonly stacks: ReadonlyMap<string, SynthesizedStack>;
  readonly exports: ReadonlyMap<string, { readonly stack: SynthesizedStack; readonly output: TemplateOutput }>;
  readonly resources: ReadonlyMap<string, PlacedResource>;
}

export const resourceKey = (stack: string, logicalId: string): string => `${stack}/${logicalId}`;

export function indexStacks(stacks: readonly SynthesizedStack[]): StackIndex {
  const exported = stacks.flatMap((stack) =>
    Object.values(stack.outputs).flatMap((output) =>
      typeof output.Export?.Name === 'string' ? [[output.Export.Name, { stack, output }] as const] : [],
    ),
  );
  const placed = stacks.flatMap((stack) =>
    Object.entries(stack.resources).map(([logicalId, resource]): [string, PlacedResource] => {
      const key = resourceKey(stack.name, logicalId);
      return [key, { key, stack, logicalId, resource }];
    }),
  );
  return {
    stacks: new Map(stacks.map((stack) => [stack.name, stack])),
    exports: new Map(exported),
    resources: new Map(placed),
  };
}

/** What a person calls a resource: its stack and its construct path. */
export const nameOfResource = ({ stack, logicalId }: PlacedResource): string =>
  `${stack.name}/${stack.paths[logicalId] ?? logicalId}`;
