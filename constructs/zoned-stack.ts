import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Zone names, or how many of the region's zones to take, in the region's own order. */
export type Zones = { readonly names: readonly string[] } | { readonly count: number };

export interface ZonedStackProps extends StackProps {
  readonly zones: Zones;
}

/**
 * A stack that knows its availability zones without asking an account.
 *
 * CDK gives a stack without an environment two zones, and looks them up over the network for a stack with one. Zones by name never
 * move; zones by count are resolved by CloudFormation when the stack is deployed.
 */
export class ZonedStack extends Stack {
  private readonly zones: readonly string[];

  constructor(scope: Construct, id: string, props: ZonedStackProps) {
    const { zones, ...stackProps } = props;
    super(scope, id, stackProps);
    this.zones =
      'names' in zones ? zones.names : Array.from({ length: zones.count }, (_, index) => Fn.select(index, Fn.getAzs()));
  }

  override get availabilityZones(): string[] {
    return [...this.zones];
  }
}
