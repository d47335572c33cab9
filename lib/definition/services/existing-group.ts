export interface ExistingGroupOptions {
  /**
   * The account that the group belongs to, where it isn't the stage's: in a shared or peered VPC. Its own way out is opened there, by its owner.
   * @default - the account of the stage
   */
  readonly account?: string;
}

/** A security group that somebody else keeps. */
export interface ExistingGroup extends ExistingGroupOptions {
  readonly kind: 'existingGroup';
  /** As in `sg-0a1b2c3d4e5f60718`. */
  readonly groupId: string;
}

/**
 * A security group that is there already, in the VPC of the stage or in one that is peered with it. The kit adds the rules that `uses` implies, on
 * both sides, and nothing else; a rule that the group has already makes the deployment fail, so leave it to the kit. In an `existingVpc` the way to
 * the APIs of AWS is the group's own.
 */
export function existingGroup(groupId: string, options: ExistingGroupOptions = {}): ExistingGroup {
  return { ...options, kind: 'existingGroup', groupId };
}
