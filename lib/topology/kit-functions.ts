import type { StoreFamily } from './store-family';

/** Families whose users are made from inside, by the kit; those of others are made with the store, or IAM knows them already. */
export const PROVISIONED_FAMILIES = ['relational', 'documentdb'] as const satisfies readonly StoreFamily[];

/** Families whose passwords the kit changes on a schedule, where a stage is protected. */
export const ROTATED_FAMILIES = ['valkey', 'documentdb'] as const satisfies readonly StoreFamily[];

/** The kit's functions on AWS: one a family for each of its tasks, so that each holds one client and reaches the stores of one family. */
export type KitFunction =
  | `provision-${(typeof PROVISIONED_FAMILIES)[number]}`
  | `smoke-${StoreFamily}`
  | `rotate-${(typeof ROTATED_FAMILIES)[number]}`;

/**
 * `blog-prod-smoke-valkey`, without the stage's prefix: fixed, so that whoever asks for a proof finds the function without a look at any stack.
 */
export const functionName = (tier: string, stage: string, of: KitFunction): string => `${tier}-${stage}-${of}`;

/** Where a Lambda function logs. */
export const logGroupOf = (name: string): string => `/aws/lambda/${name}`;
