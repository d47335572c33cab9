import {
  existingKey,
  existingVpc,
  iam,
  newVpc,
  postgres,
  type ExistingVpc,
  type ServiceOptions,
  type StageConfig,
  type TierConfig,
} from '../../lib/definition';

/** A tier before and after one of its options is changed. */
export type TierChange = readonly [before: TierConfig, after: TierConfig];

const STAGE: StageConfig = {
  profile: 'protected',
  env: { account: '111122223333', region: 'eu-west-1' },
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
};
const ROLE = 'arn:aws:iam::111122223333:role/web';

interface Parts {
  readonly stage?: Partial<StageConfig>;
  readonly service?: ServiceOptions;
  readonly cidr?: string;
}

const tier = ({ stage, service, cidr }: Parts): TierConfig => ({
  name: 'doc',
  stages: { prod: { ...STAGE, ...stage } as StageConfig<object> },
  ...(cidr !== undefined && { network: newVpc({ cidr }) }),
  stores: { main: postgres({ replicas: 1 }) },
  services: { web: { uses: { main: 'write' }, ...service } },
});

const between = (before: Parts, after: Parts): TierChange => [tier(before), tier(after)];
const stage = (before: Partial<StageConfig>, after: Partial<StageConfig>): TierChange =>
  between({ stage: before }, { stage: after });
const service = (before: ServiceOptions, after: ServiceOptions): TierChange =>
  between({ service: before }, { service: after });

/** What options of a tier, a stage or a service are changed from and to, as those of stores are: on a database with a replica. */
export const TIER_CHANGES: Readonly<Record<string, Readonly<Record<string, TierChange>>>> = {
  TierConfig: {
    name: [tier({}), { ...tier({}), name: 'doc2' }],
    network: between({}, { stage: { network: elsewhere() } }),
  },
  newVpc: { cidr: between({}, { cidr: '10.2.0.0/16' }) },
  StageConfig: {
    profile: stage({ profile: 'disposable' }, {}),
    zones: stage({}, { zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1d'] }),
    network: stage({}, { network: elsewhere() }),
    encryptionKey: stage(
      {},
      { encryptionKey: existingKey('arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab') },
    ),
    namePrefix: stage({}, { namePrefix: 'acme' }),
  },
  ServiceConfig: {
    authentication: service({ principal: ROLE }, { principal: ROLE, authentication: iam() }),
  },
};

function elsewhere(): ExistingVpc {
  return existingVpc({
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    dataSubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718', 'subnet-2a1b2c3d4e5f60718'],
    endpoints: 'provided',
  });
}
