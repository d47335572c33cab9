/** A KMS key that somebody else keeps. */
export interface ExistingKey {
  readonly kind: 'existingKey';
  /** As in `arn:aws:kms:eu-west-1:111122223333:key/…`; not an alias, which may point to another key tomorrow. */
  readonly arn: string;
}

/**
 * A key of your own instead of one that the kit makes for a store. Its policy must let the account of the stage use it, and CloudWatch Logs of
 * the region for log groups under `/aws/rds/`: docs/to-production.md has the statements. A database keeps its key for life: another one
 * would replace it.
 */
export function existingKey(arn: string): ExistingKey {
  return { kind: 'existingKey', arn };
}
