import type { ResourceBaseline, StageBaseline } from './baseline';
import { resourceKey } from './stack-index';

/** A stateful resource with its place. */
export interface KeptResource extends ResourceBaseline {
  /** See {@link resourceKey}. */
  readonly key: string;
  readonly stack: string;
  readonly logicalId: string;
}

/** One stage as its baseline has it and as it is synthesized now. */
export interface Sides {
  readonly stage: string;
  readonly before: StageBaseline;
  readonly now: StageBaseline;
}

/** Every stateful resource of a stage, by key. */
export function keptResources(stage: StageBaseline): ReadonlyMap<string, KeptResource> {
  const kept = Object.entries(stage).flatMap(([stack, { resources }]) =>
    Object.entries(resources).map(([logicalId, resource]): KeptResource => {
      const key = resourceKey(stack, logicalId);
      return { ...resource, key, stack, logicalId };
    }),
  );
  return new Map(kept.map((resource) => [resource.key, resource]));
}

/** What a person calls it: `blog-prod-main/Postgres/Primary`. */
export const nameOfKept = ({ stack, path }: KeptResource): string => `${stack}/${path}`;
