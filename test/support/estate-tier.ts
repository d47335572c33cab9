import {
  existingKey,
  existingVpc,
  fromSnapshot,
  imported,
  parseTier,
  postgres,
  shardedPostgres,
  type TierDefinition,
} from '../../lib/definition';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

/** What is there before the tier: ids and ARNs as an account has them. */
export const ESTATE = {
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  subnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718', 'subnet-2a1b2c3d4e5f60718'],
  routeTableIds: ['rtb-0a1b2c3d4e5f60718', 'rtb-1a1b2c3d4e5f60718'],
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  stageKey: `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-12ab-34cd-56ef-1234567890ab`,
  mainKey: `arn:aws:kms:${REGION}:${ACCOUNT}:key/22222222-12ab-34cd-56ef-1234567890ab`,
  snapshot: `arn:aws:rds:${REGION}:${ACCOUNT}:snapshot:before-move`,
  clusterSnapshot: `arn:aws:rds:${REGION}:${ACCOUNT}:cluster-snapshot:s0-before-move`,
  secret: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:legacy-AbCdEf`,
  securityGroupId: 'sg-0a1b2c3d4e5f60718',
  boundary: `arn:aws:iam::${ACCOUNT}:policy/boundary`,
} as const;

export interface EstateChanges {
  /** Leaves keys to the kit. */
  readonly withoutKeys?: true;
  /** Starts every store empty. */
  readonly withoutSnapshots?: true;
  /** Leaves ways to AWS to the kit. */
  readonly createEndpoints?: true;
  /** What is said of the servers of `legacy`: of its primary, and of each. */
  readonly legacy?: { readonly primary?: object; readonly r1?: object; readonly all?: object };
}

/** A protected tier that stands on an estate in every way that a tier can. */
export function estateTier({
  withoutKeys,
  withoutSnapshots,
  createEndpoints,
  legacy = {},
}: EstateChanges = {}): TierDefinition {
  const key = (arn: string) => (withoutKeys ? {} : { encryptionKey: existingKey(arn) });
  const from = (arn: string, owner?: string) =>
    withoutSnapshots ? {} : { origin: fromSnapshot(arn, owner === undefined ? {} : { owner }) };
  return parseTier({
    name: 'shop',
    stages: {
      prod: {
        profile: 'protected',
        env: { account: ACCOUNT, region: REGION },
        zones: ESTATE.zones,
        network: existingVpc({
          vpcId: ESTATE.vpcId,
          dataSubnetIds: ESTATE.subnetIds,
          ...(createEndpoints
            ? { endpoints: 'create', dataRouteTableIds: ESTATE.routeTableIds }
            : { endpoints: 'provided' }),
        }),
        ...key(ESTATE.stageKey),
        permissionsBoundary: ESTATE.boundary,
        bootstrapQualifier: 'acme',
        namePrefix: 'acme',
        tags: { 'cost-center': '42' },
      },
    },
    stores: {
      main: postgres({ replicas: 1, ...key(ESTATE.mainKey), ...from(ESTATE.snapshot, 'postgres') }),
      posts: shardedPostgres({ shardKey: 'id', shards: { s0: from(ESTATE.clusterSnapshot), s1: {} } }),
      legacy: postgres({
        origin: imported({
          primary: { host: 'legacy.c1a2.eu-west-1.rds.amazonaws.com', port: 5433, ...legacy.primary },
          replicas: { r1: { host: 'legacy-r1.c1a2.eu-west-1.rds.amazonaws.com', ...legacy.r1 } },
          ...legacy.all,
          secretArn: ESTATE.secret,
          securityGroupId: ESTATE.securityGroupId,
        }),
      }),
    },
    services: { web: { uses: { main: 'write', legacy: 'read', posts: 'write' } } },
  });
}
