import { Duration, Size, type Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { PostgresServersProps } from '../../constructs';
import type { PostgresDefinition, PostgresVersion, StorageType, TierDefinition } from '../definition';
import { iamServicesOf } from '../definition/services/iam';
import { serverName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import type { TierNetwork } from './tier-network';

/** Majors only: RDS picks the minor at birth and upgrades it. */
const ENGINE_VERSIONS: Readonly<Record<PostgresVersion, rds.PostgresEngineVersion>> = {
  '16': rds.PostgresEngineVersion.VER_16,
  '17': rds.PostgresEngineVersion.VER_17,
};

const STORAGE_TYPES: Readonly<Record<StorageType, rds.StorageType>> = {
  gp3: rds.StorageType.GP3,
  io1: rds.StorageType.IO1,
  io2: rds.StorageType.IO2,
};

/** What the servers of a store have in common, in whichever region a stack of them stands. */
export function postgresServers(
  stack: Stack,
  tier: TierDefinition,
  store: PostgresDefinition,
  { network, encryptionKey }: { readonly network: TierNetwork; readonly encryptionKey: kms.IKey },
): PostgresServersProps {
  const { logRetention, deletionProtection, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
  const { vpc, dataSubnets } = network.in(stack);
  const { type, iops, throughputMiBps, maxSizeGiB } = store.storage;
  return {
    vpc,
    vpcSubnets: dataSubnets,
    encryptionKey,
    identifier: serverName(tier, store.name),
    engineVersion: ENGINE_VERSIONS[store.version],
    maxStorage: Size.gibibytes(maxSizeGiB),
    maxConnections: store.maxConnections,
    slowQueryThreshold: Duration.millis(store.slowQueryMs),
    storageType: STORAGE_TYPES[type],
    ...(iops !== undefined && { iops }),
    ...(throughputMiBps !== undefined && { storageThroughput: throughputMiBps }),
    maintenanceWindow: store.maintenance.window,
    logRetention,
    ...(iamServicesOf(tier, store.name).length > 0 && { authentication: 'iam' }),
    deletionProtection,
    removalPolicy,
  };
}
