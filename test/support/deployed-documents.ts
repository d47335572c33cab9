import type { PartDocument } from '../../lib/topology';
import { resourcesOf, type TemplateJson } from './synthesized-tier';

/** As long as AWS makes them: a host of a 63-character identifier, an ARN of a generated secret. */
export const host = (name: string, role: string): string =>
  `${name}.${role}c1a2b3c4d5e6.ap-southeast-1.rds.amazonaws.com`;
export const secretArn = (id: string): string =>
  `arn:aws:secretsmanager:ap-southeast-1:111122223333:secret:${id}-AbCdEfGhIjKl-AbCdEf`;

const cacheHost = (what: string, name: unknown): string => `${what}.${String(name)}.abcdef.apse1.cache.amazonaws.com`;

/** What CloudFormation would put into a parameter's value, with names that AWS would give. */
function resolve(template: TemplateJson, value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    'Fn::Join': join,
    Ref: ref,
    'Fn::GetAtt': attribute,
    'Fn::GetStackOutput': output,
  } = value as {
    'Fn::Join'?: [string, unknown[]];
    Ref?: string;
    'Fn::GetAtt'?: [string, string];
    'Fn::GetStackOutput'?: { readonly StackName: string; readonly OutputName: string };
  };
  if (join) return join[1].map((piece) => resolve(template, piece)).join(join[0]);
  // Of another stack only secrets are read.
  if (output) return secretArn(`${output.StackName}-${output.OutputName}`);
  const [id, name] = attribute ?? [ref as string, 'Ref'];
  const resource = template.Resources[id];
  switch (`${resource?.Type} ${name}`) {
    case 'AWS::RDS::DBInstance Endpoint.Address':
      return host(resource?.Properties['DBInstanceIdentifier'] as string, '');
    case 'AWS::RDS::DBCluster Endpoint.Address':
      return host(resource?.Properties['DBClusterIdentifier'] as string, 'cluster-');
    case 'AWS::RDS::DBCluster ReadEndpoint.Address':
      return host(resource?.Properties['DBClusterIdentifier'] as string, 'cluster-ro-');
    case 'AWS::RDS::DBProxy Endpoint':
      return host(resource?.Properties['DBProxyName'] as string, 'proxy-');
    case 'AWS::RDS::DBProxyEndpoint Endpoint':
      return host(resource?.Properties['DBProxyEndpointName'] as string, 'endpoint-proxy-');
    case 'AWS::ElastiCache::ReplicationGroup PrimaryEndPoint.Address':
      return cacheHost('master', resource?.Properties['ReplicationGroupId']);
    case 'AWS::ElastiCache::ReplicationGroup ReaderEndPoint.Address':
      return cacheHost('replica', resource?.Properties['ReplicationGroupId']);
    case 'AWS::ElastiCache::ReplicationGroup ConfigurationEndPoint.Address':
      return cacheHost('clustercfg', resource?.Properties['ReplicationGroupId']);
    case 'AWS::ElastiCache::ServerlessCache Endpoint.Address':
    case 'AWS::ElastiCache::ServerlessCache ReaderEndpoint.Address':
      return cacheHost('serverless', resource?.Properties['ServerlessCacheName']);
    case 'AWS::DocDB::DBCluster Endpoint':
      return `${String(resource?.Properties['DBClusterIdentifier'])}.cluster-c1a2b3c4d5e6.ap-southeast-1.docdb.amazonaws.com`;
    case 'AWS::DocDB::DBCluster ReadEndpoint':
      return `${String(resource?.Properties['DBClusterIdentifier'])}.cluster-ro-c1a2b3c4d5e6.ap-southeast-1.docdb.amazonaws.com`;
    case 'AWS::Neptune::DBCluster ClusterResourceId':
      return 'cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    case 'AWS::Neptune::DBCluster Endpoint':
      return `${String(resource?.Properties['DBClusterIdentifier'])}.cluster-c1a2b3c4d5e6.ap-southeast-1.neptune.amazonaws.com`;
    case 'AWS::Neptune::DBCluster ReadEndpoint':
      return `${String(resource?.Properties['DBClusterIdentifier'])}.cluster-ro-c1a2b3c4d5e6.ap-southeast-1.neptune.amazonaws.com`;
    case 'AWS::SecretsManager::Secret Ref':
      return secretArn(id);
    case 'AWS::DynamoDB::Table Ref':
      return id;
    default:
      throw new Error(`a parameter refers to ${resource?.Type} ${name}, which has no run-time value here`);
  }
}

/** Every part of the topology that a deployment writes. */
export const documentsOf = (templates: Record<string, TemplateJson>): PartDocument[] =>
  resourcesOf(templates, 'AWS::SSM::Parameter')
    .map(({ stack, Properties }) => ({
      source: Properties['Name'] as string,
      text: resolve(templates[stack] as TemplateJson, Properties['Value']),
    }))
    // What stands beside the topology, as its reader leaves it.
    .filter(({ source }) => !/\/(smoke\/last-report|clusters)\/\w+$/.test(source));
