import type { TierDefinition } from '../definition';

export { serverName, shardName, shardStackOf, stackName } from '../definition/names/stacks';

/** `/blog/prod/stores/main`: an SSM parameter. All of a tier's begin with `/<tier>/<stage>/`. */
export function parameterName(
  { name, stage }: Pick<TierDefinition, 'name' | 'stage'>,
  ...parts: readonly string[]
): string {
  return `/${[name, stage.name, ...parts].join('/')}`;
}
