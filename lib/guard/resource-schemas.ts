import document from './resource-schemas.json';

/** What CloudFormation's schema of a resource type says of replacement. */
export interface ResourceSchema {
  /** Properties whose change makes CloudFormation create another resource and let go of the first. */
  readonly replaces?: readonly string[];
  /** Properties of which the schema says that a change replaces the resource under some conditions. */
  readonly mayReplace?: readonly string[];
  /** The property that gives the resource a name of its own, where it has one. */
  readonly name?: string;
  /** The resource keeps what can't be made again from a template. */
  readonly stateful?: true;
}

/** The version of AWS' service specification that the schemas come from. */
export const SCHEMA_SOURCE: string = document.source;

const SCHEMAS = document.types as Readonly<Record<string, ResourceSchema>>;

/** The schema of a resource type; `undefined` for a custom resource and for a type that AWS has added since. */
export const schemaOf = (type: string): ResourceSchema | undefined =>
  Object.hasOwn(SCHEMAS, type) ? SCHEMAS[type] : undefined;

/**
 * Conditional properties that replace nothing: their schemas count an interruption, or a refusal by RDS, as a condition of replacement, and
 * the template reference says which of the two an update is. What is not listed here counts as a replacement.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html ("Update requires")
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html (UseOnlineResharding, which every cache of shards has)
 */
const UPDATED_IN_PLACE: Readonly<Record<string, readonly string[]>> = {
  'AWS::RDS::DBInstance': [
    'AutoMinorVersionUpgrade',
    'BackupRetentionPeriod',
    'DBParameterGroupName',
    'MultiAZ',
    'PreferredMaintenanceWindow',
    'StorageType',
  ],
  'AWS::RDS::DBCluster': ['GlobalClusterIdentifier'],
  'AWS::ElastiCache::ReplicationGroup': ['NodeGroupConfiguration', 'NumNodeGroups'],
};

/** Properties whose change replaces a resource of the type, or may. */
export function replacingProperties(type: string): readonly string[] {
  const { replaces = [], mayReplace = [] } = schemaOf(type) ?? {};
  const inPlace = UPDATED_IN_PLACE[type] ?? [];
  return [...replaces, ...mayReplace.filter((property) => !inPlace.includes(property))];
}
