import { parseTier, type ParseTierOptions, type TierDefinition } from '../../lib/definition';
import { isPolystoreError, type DefinitionFault, type PolystoreError } from '../../lib/errors';

/** The least that is a tier, with some of its parts replaced; nothing is typed, as in a file that nobody has checked. */
export function minimalTier(parts: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    name: 'shop',
    stages: { dev: { profile: 'disposable' } },
    stores: { main: { kind: 'postgres' } },
    ...parts,
  };
}

/** A tier with one store of PostgreSQL called `main`. */
export const withMain = (options: object, parts: Readonly<Record<string, unknown>> = {}) =>
  minimalTier({ stores: { main: { kind: 'postgres', ...options } }, ...parts });

/** A tier with one sharded store called `posts`. */
export const withPosts = (options: object, parts: Readonly<Record<string, unknown>> = {}) =>
  minimalTier({
    stores: { posts: { kind: 'shardedPostgres', shardKey: 'user_id', shards: 2, ...options } },
    ...parts,
  });

export function refusalOf(input: unknown, options: ParseTierOptions = {}): PolystoreError<'CONFIG_INVALID'> {
  let tier: TierDefinition;
  try {
    tier = parseTier(input, options);
  } catch (error) {
    if (isPolystoreError(error, 'CONFIG_INVALID')) return error;
    throw error;
  }
  throw new Error(`expected faults, but this was accepted: ${JSON.stringify(tier)}`);
}

export const faultsOf = (input: unknown, options: ParseTierOptions = {}): readonly DefinitionFault[] =>
  refusalOf(input, options).details.faults;
