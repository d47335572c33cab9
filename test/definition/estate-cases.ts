import { minimalTier } from './minimal-tier';
import type { RuleCase } from './rule-case';

const subnets = ['subnet-0a1b2c3d', 'subnet-1a1b2c3d', 'subnet-2a1b2c3d'];
const zones = ['eu-west-1a', 'eu-west-1b'];

/** A VPC that exists, as a definition writes it. */
export const existing = (parts: object = {}) => ({
  kind: 'existingVpc',
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  dataSubnetIds: subnets.slice(0, 2),
  endpoints: 'provided',
  ...parts,
});

const inStage = (stage: object, parts: Readonly<Record<string, unknown>> = {}) =>
  minimalTier({ stages: { dev: { profile: 'disposable', ...stage } }, ...parts });

/** What an account that exists already can make wrong. */
export const estateCases: readonly RuleCase[] = [
  {
    rule: 'existing-vpc-zones',
    breaks: 'an existing VPC of the tier without zones in the stage',
    input: inStage({}, { network: existing() }),
    path: 'stages.dev',
    message:
      'missing zones: stage dev is in a VPC that exists, so write the zones of its dataSubnetIds, in the same order',
  },
  {
    rule: 'subnet-a-zone',
    breaks: 'more subnets than zones',
    input: inStage({ zones, network: existing({ dataSubnetIds: subnets }) }),
    path: 'stages.dev.network.dataSubnetIds',
    message: 'got 3 subnets, stage dev has 2 zones: write one subnet in each zone, in the same order',
  },
  {
    rule: 'subnets-differ',
    breaks: 'a subnet twice',
    input: inStage({ zones, network: existing({ dataSubnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3d'] }) }),
    path: 'stages.dev.network.dataSubnetIds.1',
    message: 'subnet-0a1b2c3d is listed twice',
  },
  {
    rule: 'cidr',
    breaks: 'a block of a stage’s own network',
    input: inStage({ network: { kind: 'newVpc', cidr: '10.0.0.0/25' } }),
    path: 'stages.dev.network.cidr',
    message: 'got "10.0.0.0/25", allowed: /16 to /24',
  },
];
