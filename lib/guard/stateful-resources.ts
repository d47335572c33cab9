import { schemaOf } from './resource-schemas';
import type { PlacedResource, StackIndex } from './stack-index';
import { valueText } from './value-text';

/** Types that keep data although their schemas don't say so. */
const ALSO_STATEFUL: readonly string[] = [
  'AWS::Cassandra::Keyspace',
  'AWS::Cassandra::Table',
  'AWS::DSQL::Cluster',
  'AWS::DocDBElastic::Cluster',
  'AWS::ElastiCache::ServerlessCache',
  'AWS::RDS::GlobalCluster',
  'AWS::Timestream::Database',
  'AWS::Timestream::Table',
];

/** Types whose schemas say that they keep something, and why the guard leaves them alone. */
const NOT_STATEFUL: Readonly<Record<string, string>> = {
  'AWS::CloudFormation::Stack': 'its own resources are what counts',
  'AWS::Logs::LogGroup': 'logs tell what happened; no service reads them as data',
};

/**
 * Types that count where something with data leads to them, and nowhere else: the password of a service, the key of a topic and the network
 * of a function can be made again.
 */
const FOUNDATIONS: Readonly<Record<string, string>> = {
  'AWS::KMS::Key': 'what was encrypted with it can be read with nothing else',
  'AWS::SecretsManager::Secret': 'the owner of a database logs in with it',
  'AWS::RDS::DBSubnetGroup': 'a server can’t change its subnet group: it is replaced with it',
  'AWS::DocDB::DBSubnetGroup': 'a cluster can’t change its subnet group: it is replaced with it',
  'AWS::Neptune::DBSubnetGroup': 'a cluster can’t change its subnet group: it is replaced with it',
  'AWS::ElastiCache::SubnetGroup': 'a cache can’t change its subnet group: it is replaced with it',
  'AWS::EC2::Subnet': 'servers live in it, and RDS moves none to another network',
  'AWS::EC2::VPC': 'servers live in it, and RDS moves none to another network',
};

const keepsData = (type: string): boolean =>
  ALSO_STATEFUL.includes(type) || (schemaOf(type)?.stateful === true && !(type in NOT_STATEFUL) && !isFoundation(type));

const isFoundation = (type: string): boolean => type in FOUNDATIONS;

/**
 * What a deployment must not lose: every resource with data, and the foundations that these lead to by whatever references.
 * In the order of the templates.
 */
export function statefulResources(index: StackIndex): readonly PlacedResource[] {
  const placed = [...index.resources.values()];
  const reached = new Set(placed.filter(({ resource }) => keepsData(resource.Type)).map(({ key }) => key));
  for (const key of reached) {
    const from = index.resources.get(key);
    if (from === undefined) continue;
    // A Set visits what is added to it while it is walked: this is the whole closure.
    for (const next of valueText(from.resource.Properties ?? {}, from.stack, index).refersTo) reached.add(next);
  }
  return placed.filter(({ key, resource: { Type } }) => keepsData(Type) || (isFoundation(Type) && reached.has(key)));
}
