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

/** How the tier gets its network. */
export type NetworkConfig = NewVpc;

export interface NetworkDefinition {
  readonly kind: 'newVpc';
  readonly cidr: string;
}

/** A VPC of the tier's own: isolated subnets for data, no NAT gateway, no internet gateway, flow logs. */
export function newVpc(options: NewVpcOptions = {}): NewVpc {
  return { ...options, kind: 'newVpc' };
}
