import type { TemplateJson } from '../support/synthesized-tier';

/** Types that hold data, or that data can't be reached or read without. */
const TYPES =
  /^AWS::(RDS::(DBInstance|DBCluster|GlobalCluster|DBParameterGroup|DBClusterParameterGroup|DBSubnetGroup)|DynamoDB::Table|KMS::Key|SecretsManager::Secret|Logs::LogGroup)$/;
const STATEFUL = ['network', 'main', 'posts', 'posts-shards-s0'];

/** Properties by which data is protected, private, encrypted, backed up or logged. */
const GUARDS =
  /Encrypt|Kms|KMS|Backup|Protect|Public|MultiAZ|Password|Logs|Insights|Retention|Rotation|Pending|Policy$|Recovery|SSE|SecurityGroup|SubnetGroup|ParameterGroupName|^Parameters|Window|Certificate|MinorVersion|CopyTags|GenerateSecret|^Source|^GlobalCluster/;

/** What no promise notices, each with its reason. A defect that is not listed here has to be noticed. */
export const SURVIVORS: Readonly<Record<string, string>> = {
  'AWS::RDS::DBSubnetGroup DBSubnetGroupDescription': 'words for a person: CloudFormation refuses a group without them',
  'AWS::RDS::DBInstance PerformanceInsightsRetentionPeriod':
    'insights are kept for seven days unless told otherwise: the figure protects nothing',
  'AWS::RDS::DBCluster PerformanceInsightsRetentionPeriod':
    'insights are kept for seven days unless told otherwise: the figure protects nothing',
};

/** The templates of a stage with one thing in them deleted, or the opposite of what it should be. */
export interface Defect {
  readonly name: string;
  readonly templates: Record<string, TemplateJson>;
}

/** One defect a property and way, in one resource of each type and stack: deleted, or the opposite of what it is. */
export function* defectsOf(all: Record<string, TemplateJson>, stacks: readonly string[] = STATEFUL): Generator<Defect> {
  for (const stack of stacks) {
    const template = all[stack] as TemplateJson;
    for (const [id, resource] of Object.entries(template.Resources)) {
      if (!TYPES.test(resource.Type)) continue;
      const planted = (change: object): Record<string, TemplateJson> => ({
        ...all,
        [stack]: { ...template, Resources: { ...template.Resources, [id]: { ...resource, ...change } } },
      });
      for (const [path, value] of leavesOf(resource.Properties)) {
        if (!GUARDS.test(path.join('/'))) continue;
        const [head = ''] = path;
        const name = `${resource.Type} ${path.length > 1 && /^(Parameters|SSE|PointInTime)/.test(head) ? path.join('/') : head}`;
        for (const [way, properties] of [
          ['deleted', changed(resource.Properties, path, undefined)],
          ['inverted', changed(resource.Properties, path, opposite(value))],
        ] as const) {
          yield { name: `${name} ${way}`, templates: planted({ Properties: properties }) };
        }
      }
      for (const policy of ['DeletionPolicy', 'UpdateReplacePolicy'] as const) {
        yield { name: `${resource.Type} ${policy} deleted`, templates: planted({ [policy]: undefined }) };
        const other = resource[policy] === 'Delete' ? 'Retain' : 'Delete';
        yield { name: `${resource.Type} ${policy} inverted`, templates: planted({ [policy]: other }) };
      }
    }
  }
}

type Properties = Readonly<Record<string, unknown>>;

/** Properties, and what is one level below those that are tables of their own; a reference is a value. */
function leavesOf(properties: Properties): [string[], unknown][] {
  return Object.entries(properties).flatMap(([key, value]): [string[], unknown][] =>
    /^(Parameters|SSESpecification|PointInTimeRecoverySpecification)$/.test(key)
      ? Object.entries(value as Properties).map(([inner, below]) => [[key, inner], below])
      : [[[key], value]],
  );
}

function changed(properties: Properties, [key = '', inner]: readonly string[], value: unknown): Properties {
  return { ...properties, [key]: inner === undefined ? value : { ...(properties[key] as object), [inner]: value } };
}

/** The opposite of a switch, nothing of an amount, no reference at all: what is there but says nothing is as good as deleted. */
function opposite(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value === 0 ? 1 : 0;
  return value === '1' ? '0' : undefined;
}
