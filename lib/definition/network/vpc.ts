export interface NewVpcOptions {
  /**
   * Private IPv4 block of the VPC, /16 to /24, with room for every server of the tier.
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string;
}

export interface NewVpc extends NewVpcOptions {
  readonly kind: 'newVpc';
}

/** A network that somebody else keeps. Everything is named by id, so that synthesis asks no account. */
export interface ExistingVpcOptions {
  /** As in `vpc-0a1b2c3d4e5f60718`. */
  readonly vpcId: string;
  /**
   * Subnets for databases, one in each of the stage's `zones` and in the same order. They should have no route to the internet: the kit
   * opens nothing to it, and can't see what the route tables say.
   */
  readonly dataSubnetIds: readonly string[];
  /**
   * `provided`: the network has the VPC endpoints that the tier needs, or another way to the AWS APIs; the kit makes none. It is written
   * down because nothing in a VPC says whether its functions can reach an API, until one hangs.
   *
   * `create`: the kit makes endpoints of SSM and Secrets Manager in the data subnets, under their private names, which a VPC has once. So it is for
   * a VPC that has none of them, and for one tier and stage of each VPC; another stage there says `provided`.
   */
  readonly endpoints: NetworkEndpoints;
  /**
   * Route tables of the data subnets, as in `rtb-0a1b2c3d4e5f60718`: with endpoints that the kit creates, DynamoDB becomes a route of theirs. Needed
   * where a store is sharded.
   * @default - no endpoint of DynamoDB
   */
  readonly dataRouteTableIds?: readonly string[];
}

/** Who makes the ways from a VPC's data subnets to AWS. */
export type NetworkEndpoints = 'provided' | 'create';

export interface ExistingVpc extends ExistingVpcOptions {
  readonly kind: 'existingVpc';
}

/** How the tier gets its network. */
export type NetworkConfig = NewVpc | ExistingVpc;

export type NetworkDefinition =
  | { readonly kind: 'newVpc'; readonly cidr: string }
  | {
      readonly kind: 'existingVpc';
      readonly vpcId: string;
      /** One in each of the stage's zones, in the same order. */
      readonly dataSubnetIds: readonly string[];
      readonly endpoints: NetworkEndpoints;
      readonly dataRouteTableIds?: readonly string[];
    };

/** A VPC of the tier's own: isolated subnets for data, no NAT gateway, no internet gateway, flow logs. */
export function newVpc(options: NewVpcOptions = {}): NewVpc {
  return { ...options, kind: 'newVpc' };
}

/** A VPC that is there already, by ids. Its subnets, routes, endpoints and flow logs stay its owner's. */
export function existingVpc(options: ExistingVpcOptions): ExistingVpc {
  return { ...options, kind: 'existingVpc' };
}
