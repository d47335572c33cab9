import type { Topology } from '../topology';

type World = Topology['world'];

/** What to do next where a check fails, in each world. */
interface NextSteps {
  readonly local: string;
  readonly aws: string;
}

const PROVISION_AGAIN: NextSteps = {
  local: 'npx polystore down, then npx polystore up: it provisions again',
  aws: 'run the Lambda that provisions it, or deploy the operations stack again',
};

const SERVER_IS_LOST: NextSteps = {
  local: 'npx polystore status shows what runs; npx polystore down, then up starts every server again',
  aws: 'look at the events of the server in the console of RDS, or of its own service, and at its log group',
};

const PLACEMENT_IS_WRONG: NextSteps = {
  local: 'compare the placement directory named in topology.json with the shards of the tier file',
  aws: "compare the store's item in the placement table with the shards of the tier file",
};

const KEEPS_DATA: NextSteps = {
  local: "look at the server's log under the tier's directory, then ask the same of it by its own client",
  aws: 'look at the log group and the alarms of the store: it answers, and not as it should',
};

/** Every check there is, with what to do where it fails. */
const NEXT_STEPS = {
  'runs-here': {
    local: 'npx polystore doctor says what is missing on this machine',
    aws: 'deploy the tier again: its topology names no such store',
  },
  'is-proven': {
    local: 'functions that prove stores are on AWS only',
    aws: 'npx polystore runbook smoke-test: look at the log group of the function',
  },
  'takes-writes': SERVER_IS_LOST,
  'serves-reads': SERVER_IS_LOST,
  'refuses-writes': {
    local: 'stop writing to that server; npx polystore down, then up builds every replica anew',
    aws: 'it may have been promoted: stop writers, compare with the primary, then replace the replica',
  },
  identity: {
    local: 'npx polystore down, then up writes the topology anew; if it persists, two servers changed places',
    aws: 'compare the endpoints in the SSM parameters of the store with the RDS console: two may have changed places',
  },
  'refuses-plaintext': {
    local: 'look at pg_hba.conf in the data directory of the server: only hostssl lines belong there',
    aws: 'set rds.force_ssl to 1 in the parameter group of the store and deploy',
  },
  'routes-writes': SERVER_IS_LOST,
  'routes-reads': {
    local: 'npx polystore status shows the lag of each replica; reads fall back to the primary beyond 5 s',
    aws: 'look at ReplicaLag of each replica; reads fall back to the primary beyond 5 s',
  },
  'reads-own-writes': {
    local: 'npx polystore status shows the lag of each replica; a session waits 50 ms for one, then reads the primary',
    aws: 'look at ReplicaLag of each replica, and at failovers in the events of the store: a session reads the primary meanwhile',
  },
  'pool-status': {
    local: 'npx polystore status shows what runs; who holds connections stands in pg_stat_activity',
    aws: 'look at DatabaseConnections of the server, and at pg_stat_activity: who holds connections',
  },
  'is-copied': {
    local: 'copies in other regions are on AWS only',
    aws: 'look at the global databases in the RDS console, and at AuroraGlobalDBReplicationLag in the other region',
  },
  'refuses-strangers': {
    local: 'find who granted CONNECT (\\l+ in psql) and revoke it, then provision again: npx polystore down, then up',
    aws: 'find who granted CONNECT (\\l+ in psql) and revoke it, then run the provisioning Lambda',
  },
  'holds-rights': PROVISION_AGAIN,
  'shard-map': PLACEMENT_IS_WRONG,
  'bucket-twin': PROVISION_AGAIN,
  'rows-on-owner': {
    local:
      'find who writes past the router; move the rows to the shard that polystore.bucket(key) and the shard map say',
    aws: 'find who writes past the router; move the rows to the shard that polystore.bucket(key) and the shard map say',
  },
  'keys-on-owner': PLACEMENT_IS_WRONG,
  'owned-buckets': {
    local:
      'npx polystore down, then npx polystore up, if the map is newer; else look who changed polystore.owned_bucket on the shard',
    aws: 'run the provisioning Lambda, if the map is newer; else look who changed polystore.owned_bucket on the shard',
  },
  'key-directory': {
    local: 'look at the key directory named in topology.json, and at the strategy in the tier file',
    aws: 'look at the key directory table of the store: its items, its alarms, and who may change it',
  },
  'keeps-sessions': KEEPS_DATA,
  'keeps-profiles': KEEPS_DATA,
  'keeps-notifications': KEEPS_DATA,
  'keeps-followers': KEEPS_DATA,
  'ranks-players': KEEPS_DATA,
  'covers-slots': {
    local: 'npx polystore status shows which shard has ended; npx polystore down, then up starts every server again',
    aws: 'look at the shards of the cluster in the ElastiCache console, and at its events: a failover covers slots again',
  },
  'refuses-conflicts': KEEPS_DATA,
  'answers-by-index': {
    local:
      "look at the server's log under the tier's directory; deleting its data makes the table and its indexes anew",
    aws: 'look at the table in the DynamoDB console: an index that is still being filled answers in part',
  },
  'expires-items': {
    local: "look at the server's log under the tier's directory; deleting its data makes the table anew",
    aws: 'look at the time to live of the table in the DynamoDB console, and deploy again',
  },
  transacts: KEEPS_DATA,
  'finds-nested': KEEPS_DATA,
  'finds-by-date': KEEPS_DATA,
  'changes-fields': KEEPS_DATA,
  'knows-signatures': {
    local: 'only Neptune knows signatures of IAM: deploy the tier',
    aws: 'compare the rights of the smoke test (neptune-db:connect) with the resource id of the cluster, and its clock with the time',
  },
  'finds-friends': KEEPS_DATA,
  'finds-colleagues': KEEPS_DATA,
  recommends: KEEPS_DATA,
  'kms-encryption': { local: 'deploy the tier', aws: 'look at the store in the RDS console' },
  'backups-current': {
    local: 'deploy the tier',
    aws: 'npx polystore runbook backups says how to take one now, and what keeps them from coming',
  },
  'multi-az': { local: 'deploy the tier', aws: 'look at the store in the RDS console' },
} as const satisfies Readonly<Record<string, NextSteps>>;

/** The name of a check; part of the report's contract, as metric names are. */
export type CheckName = keyof typeof NEXT_STEPS;

/** What to do where a check fails and knows nothing better. */
export const nextStepOf = (name: CheckName, world: World): string => NEXT_STEPS[name][world];
