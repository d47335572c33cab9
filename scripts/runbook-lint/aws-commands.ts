import { createRequire } from 'node:module';

/**
 * Commands of AWS's command line, held against the service models that come with the SDK's clients: the command line is generated from the same
 * ones, so a verb is an operation and an option one of its members, in lower case with dashes.
 */

const load = createRequire(__filename);

/** Services whose client is installed, by their name on the command line. */
const CLIENTS: Readonly<Record<string, string>> = {
  cloudwatch: '@aws-sdk/client-cloudwatch',
  'docdb-elastic': '@aws-sdk/client-docdb-elastic',
  dynamodb: '@aws-sdk/client-dynamodb',
  ec2: '@aws-sdk/client-ec2',
  elasticache: '@aws-sdk/client-elasticache',
  iam: '@aws-sdk/client-iam',
  lambda: '@aws-sdk/client-lambda',
  rds: '@aws-sdk/client-rds',
  secretsmanager: '@aws-sdk/client-secrets-manager',
  'service-quotas': '@aws-sdk/client-service-quotas',
  ssm: '@aws-sdk/client-ssm',
};

/**
 * What runbooks call of services whose client is not installed. Each was held against the service's model once; `max-items` and `logs tail` are the
 * command line's own, and in no model.
 */
const OTHERS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // https://docs.aws.amazon.com/cli/latest/reference/cloudformation/
  cloudformation: {
    'describe-stacks': ['stack-name'],
    'describe-stack-events': ['stack-name', 'max-items'],
    'describe-stack-resources': ['stack-name'],
    'describe-stack-resource-drifts': ['stack-name', 'stack-resource-drift-status-filters'],
    'detect-stack-drift': ['stack-name'],
    'continue-update-rollback': ['stack-name', 'resources-to-skip'],
    'update-termination-protection': ['stack-name', 'no-enable-termination-protection'],
    'delete-stack': ['stack-name'],
  },
  // https://docs.aws.amazon.com/cli/latest/reference/logs/ (tail is the command line's own)
  logs: {
    tail: ['since', 'filter-pattern', 'format'],
    'describe-log-streams': ['log-group-name', 'order-by', 'descending', 'max-items'],
  },
  // https://docs.aws.amazon.com/cli/latest/reference/docdb/
  docdb: {
    'describe-db-clusters': ['db-cluster-identifier'],
    'describe-events': ['source-type', 'source-identifier', 'duration'],
    'failover-db-cluster': ['db-cluster-identifier'],
    'create-db-cluster-snapshot': ['db-cluster-identifier', 'db-cluster-snapshot-identifier'],
  },
  // https://docs.aws.amazon.com/cli/latest/reference/neptune/
  neptune: {
    'describe-db-clusters': ['db-cluster-identifier'],
    'describe-events': ['source-type', 'source-identifier', 'duration'],
    'failover-db-cluster': ['db-cluster-identifier'],
    'create-db-cluster-snapshot': ['db-cluster-identifier', 'db-cluster-snapshot-identifier'],
  },
  // https://docs.aws.amazon.com/cli/latest/reference/ce/get-cost-and-usage.html
  ce: { 'get-cost-and-usage': ['time-period', 'granularity', 'metrics', 'group-by', 'filter'] },
};

/** @see https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html */
const GLOBAL = [
  'region',
  'profile',
  'query',
  'output',
  'no-cli-pager',
  'cli-binary-format',
  'cli-input-json',
  'no-paginate',
  'max-items',
];

/** Verbs that change nothing. */
const LOOKS = /^(describe|list|get|lookup|filter|tail|search)\b|^wait$/;

/** A command, apart: `aws rds wait db-instance-available --…` has the verb `wait` and the waiter after it. */
export interface AwsCommand {
  readonly service: string;
  readonly verb: string;
  readonly waiter?: string;
  readonly options: readonly string[];
}

/** Words of a command line; quotes hold one together. */
export const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ''));

export function parseAwsCommand(line: string): AwsCommand {
  const [, ...words] = wordsOf(line);
  const plain = words.slice(0, 3).filter((word) => !word.startsWith('-'));
  const [service = '', verb = ''] = plain;
  const options = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2).split('=')[0] as string);
  return { service, verb, options, ...(verb === 'wait' && { waiter: words[2] ?? '' }) };
}

/** Whether a command only looks. */
export const isReadOnly = ({ verb }: AwsCommand): boolean => LOOKS.test(verb);

/** Faults of a command: an unknown service, verb, waiter or option. */
export function faultsOfAwsCommand(line: string): readonly string[] {
  const command = parseAwsCommand(line);
  const { service, verb, waiter, options } = command;
  const known = knownOptions(command);
  if (known === 'service') return [`aws ${service}: no model of this service is known`];
  if (known === 'verb') return [`aws ${service} ${verb}${waiter === undefined ? '' : ` ${waiter}`}: no such operation`];
  return options
    .filter((option) => !known.includes(option) && !GLOBAL.includes(option))
    .map((option) => `aws ${service} ${verb}: no option --${option}`);
}

function knownOptions({ service, verb, waiter }: AwsCommand): readonly string[] | 'service' | 'verb' {
  const other = OTHERS[service];
  if (other !== undefined) return other[verb] ?? 'verb';
  const client = CLIENTS[service];
  if (client === undefined) return 'service';
  const model = load(client) as Readonly<Record<string, unknown>>;
  const operation = waiter === undefined ? verb : operationOfWaiter(model, waiter);
  const schema = Object.values(model).find((one) => isOperation(one) && commandLineName(one[2]) === operation);
  if (!isOperation(schema)) return 'verb';
  const input = schema[4]();
  return (input[4] ?? []).map(commandLineName).flatMap((name) => [name, `no-${name}`]);
}

/** `db-instance-available` is `waitUntilDBInstanceAvailable`, which asks by `describe-db-instances`. */
function operationOfWaiter(model: Readonly<Record<string, unknown>>, waiter: string): string | undefined {
  const isKnown = Object.keys(model).some((name) => commandLineName(name.replace(/^waitUntil/, '')) === waiter);
  if (!isKnown) return undefined;
  const noun = waiter.replace(/-(available|deleted|exists|not-exists|completed|active|updated)$/, '');
  return `describe-${noun}s`;
}

/** Input of an operation: `[3, namespace, name, traits, members, …]`; without members where it has none. */
type Input = readonly [3, string, string, unknown, (readonly string[])?];

/** An operation of a model: `[9, namespace, name, traits, input, output]`. */
type Operation = readonly [9, string, string, unknown, () => Input];

const isOperation = (value: unknown): value is Operation => Array.isArray(value) && value[0] === 9;

/**
 * A name of the model as the command line has it: `DBInstanceIdentifier` is `db-instance-identifier`.
 * @see https://github.com/boto/botocore/blob/develop/botocore/__init__.py (xform_name)
 */
export function commandLineName(name: string): string {
  const plural = /[A-Z]{2,}s$/.exec(name)?.[0];
  const apart = plural === undefined ? name : `${name.slice(0, -plural.length)}-${plural.toLowerCase()}`;
  return apart
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('--', '-')
    .toLowerCase();
}
