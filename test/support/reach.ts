import { resourcesOf, type Resource, type TemplateJson } from './synthesized-tier';

export type Templates = Record<string, TemplateJson>;

/** Who may do what, as far as templates say: every list is sorted, one line a way. */
export interface Reach {
  /** `service users -> store main:tcp/5432-5432`, as the client's side says. */
  readonly egress: readonly string[];
  /** The same as the server's side says, where a server has one. */
  readonly ingress: readonly string[];
  /** `sts: sts:AssumeRole`: AWS services that endpoints of the VPC lead to, and what for. */
  readonly endpoints: readonly string[];
  /** `arn:aws:iam::1111:role/web is service web`: who may act as what, beside services of AWS. */
  readonly principals: readonly string[];
  /** `provision-relational reads secret of polystore_owner in main`, by name and by tags. */
  readonly secrets: readonly string[];
  /** `service reports logs in as reports on catalog-primary`, with a token. */
  readonly logins: readonly string[];
  /** Servers and clusters that take tokens. */
  readonly takesTokens: readonly string[];
  /** `provision-relational dynamodb:PutItem posts/Placement…`: actions on tables, parameters, keys and roles. */
  readonly actions: readonly string[];
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: { readonly StringEquals?: Readonly<Record<string, unknown>> };
}

interface Grant {
  readonly stack: string;
  readonly who: string;
  readonly statement: Statement;
}

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value]) as readonly T[];

/** What somebody does with a secret, by the action that lets him. */
const VERBS: Readonly<Record<string, string>> = {
  'secretsmanager:GetSecretValue': 'reads',
  'secretsmanager:PutSecretValue': 'changes',
};

/** Computes what a tier's templates let through. @throws Error where a template says something that this reader doesn't know */
export function reachOf(templates: Templates, prefix: string): Reach {
  const resource = (stack: string, reference: unknown): string => resourceIn(templates, prefix, stack, reference);
  const grants = grantsOf(templates, resource);
  const on = (pattern: RegExp) =>
    grants.flatMap((grant) =>
      list(grant.statement.Action)
        .filter((action) => pattern.test(action))
        .map((action) => ({ ...grant, action })),
    );
  return {
    ...waysOf(templates, prefix, resource),
    endpoints: endpointsOf(templates, resource),
    principals: principalsOf(templates),
    secrets: on(/^(secretsmanager:|\*)/)
      .flatMap(({ who, stack, statement, action }) =>
        secretsFor(templates, statement, (reference) => resource(stack, reference)).map(
          (secret) => `${who} ${VERBS[action] ?? action} ${secret}`,
        ),
      )
      .sort(),
    logins: on(/^(rds-db:|\*)/)
      .flatMap(({ who, stack, statement }) =>
        list(statement.Resource).map((user) => `${who} logs in ${userIn(templates, prefix, resource(stack, user))}`),
      )
      .sort(),
    takesTokens: ['AWS::RDS::DBInstance', 'AWS::RDS::DBCluster']
      .flatMap((type) => resourcesOf(templates, type))
      .filter(({ Properties }) => Properties['EnableIAMDatabaseAuthentication'] === true)
      .map((server) => serverName(server, prefix))
      .sort(),
    actions: on(/^(dynamodb|ssm|kms|rds|sts|iam|s3|lambda|elasticache|\*):?/)
      .filter(({ action }) => !action.startsWith('rds-db:'))
      .flatMap(({ who, stack, action, statement }) =>
        list(statement.Resource).map((found) => `${who} ${action} ${resource(stack, found)}${viaOf(statement)}`),
      )
      .sort(),
  };
}

type Resolve = (stack: string, reference: unknown) => string;

/** Every way through security groups, as both sides say it. */
function waysOf(templates: Templates, prefix: string, resource: Resolve): Pick<Reach, 'egress' | 'ingress'> {
  const groups = namesOfGroups(templates, prefix);
  const ways = (type: string, from: string, to: string): string[] =>
    resourcesOf(templates, type).map(({ stack, Properties }) => {
      const { IpProtocol, FromPort, ToPort } = Properties;
      const name = (field: string): string => {
        if (Properties[field] !== undefined) {
          const group = resource(stack, Properties[field]);
          const owner = field === 'SourceSecurityGroupId' ? Properties['SourceSecurityGroupOwnerId'] : undefined;
          return (groups.get(group) ?? `group ${group}`) + (owner === undefined ? '' : ` of ${String(owner)}`);
        }
        if (Properties['DestinationPrefixListId'] !== undefined) return 'DynamoDB';
        if (Properties['CidrIp'] === '0.0.0.0/0' && type.endsWith('Egress')) return 'anywhere';
        throw new Error(`a rule of ${stack} names neither a group nor a list: ${JSON.stringify(Properties)}`);
      };
      return `${name(from)} -> ${name(to)}:${String(IpProtocol)}/${String(FromPort)}-${String(ToPort)}`;
    });
  return {
    egress: ways('AWS::EC2::SecurityGroupEgress', 'GroupId', 'DestinationSecurityGroupId').sort(),
    ingress: ways('AWS::EC2::SecurityGroupIngress', 'SourceSecurityGroupId', 'GroupId').sort(),
  };
}

function namesOfGroups(templates: Templates, prefix: string): ReadonlyMap<string, string> {
  return new Map(
    resourcesOf(templates, 'AWS::EC2::SecurityGroup').map(({ stack, id, Properties }) => {
      const description = String(Properties['GroupDescription']);
      const [, service] = /^Service (\S+) of/.exec(description) ?? [];
      const [, server] = /^(?:Servers|Shards) of (\S+)$/.exec(description) ?? [];
      const name = service
        ? `service ${service}`
        : server
          ? `store ${server.slice(prefix.length)}`
          : description.startsWith('Proxies of')
            ? `proxies ${stack}`
            : description.startsWith('Ways to AWS')
              ? 'endpoints'
              : `operations on ${/^Operations on (\S+) stores/.exec(description)?.[1] ?? 'relational'}`;
      return [`${stack}/${id}`, name];
    }),
  );
}

/** Endpoints of the VPC, all of which lead to things of the own account. @throws Error where one leads further */
function endpointsOf(templates: Templates, resource: Resolve): readonly string[] {
  return resourcesOf(templates, 'AWS::EC2::VPCEndpoint')
    .map(({ stack, Properties }) => {
      const { Statement: statements } = Properties['PolicyDocument'] as { readonly Statement: readonly Statement[] };
      for (const { Condition } of statements) {
        if (Condition?.StringEquals?.['aws:ResourceAccount'] === undefined) throw new Error('an endpoint to anywhere');
      }
      const service = resource(stack, Properties['ServiceName']).split('.').at(-1);
      return `${service}: ${statements.flatMap(({ Action }) => list(Action)).join(' ')}`;
    })
    .sort();
}

/** What every role may do, by policies beside it and by policies within it. */
function grantsOf(templates: Templates, resource: Resolve): readonly Grant[] {
  const beside = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    resourcesOf(templates, type).flatMap(({ stack, Properties }) =>
      (Properties['Roles'] as readonly unknown[]).map((role) => ({
        stack,
        role: resource(stack, role),
        document: Properties['PolicyDocument'],
      })),
    ),
  );
  const within = resourcesOf(templates, 'AWS::IAM::Role').flatMap(({ stack, id, Properties }) =>
    list((Properties['Policies'] ?? []) as readonly { PolicyDocument: unknown }[]).map(({ PolicyDocument }) => ({
      stack,
      role: `${stack}/${id}`,
      document: PolicyDocument,
    })),
  );
  return [...beside, ...within].flatMap(({ stack, role, document }) => {
    const { Statement: statements } = document as { readonly Statement: readonly Statement[] };
    return statements
      .filter(({ Effect }) => Effect === 'Allow')
      .map((statement) => ({ stack, who: nameOfRole(templates, role), statement }));
  });
}

/** `operations/SmokevalkeyFunctionRole…` is `smoke-valkey`; what belongs to nobody that is known keeps the name of its role. */
function nameOfRole(templates: Templates, role: string): string {
  const [stack = '', id = ''] = role.split('/');
  const [, task, family] = /^(Provision|Smoke|Rotate)([a-z]+)FunctionRole/.exec(id) ?? [];
  if (task !== undefined) return `${task.toLowerCase()}-${family}`;
  const { service } = tagsOf(templates[stack]?.Resources[id]);
  if (service !== undefined) return `service ${service}`;
  return stack.includes('-pooling') ? `proxies ${stack}` : id;
}

/** Whoever may assume a role and is no service of AWS. */
function principalsOf(templates: Templates): readonly string[] {
  return resourcesOf(templates, 'AWS::IAM::Role')
    .flatMap(({ stack, id, Properties }) => {
      const { Statement: statements } = Properties['AssumeRolePolicyDocument'] as {
        readonly Statement: readonly { readonly Principal: unknown }[];
      };
      return statements.flatMap(({ Principal: principal }) => {
        if (principal === '*') return [`* is ${nameOfRole(templates, `${stack}/${id}`)}`];
        return Object.entries(principal as Record<string, string | readonly string[]>)
          .filter(([kind]) => kind !== 'Service')
          .flatMap(([, arns]) => list(arns))
          .map((arn) => `${arn} is ${nameOfRole(templates, `${stack}/${id}`)}`);
      });
    })
    .sort();
}

/** A resource by the stack that has it and its logical id, whichever way a template names it; an ARN of literals by its end. */
function resourceIn(templates: Templates, prefix: string, stack: string, reference: unknown): string {
  if (typeof reference === 'string') return reference;
  const {
    Ref: ref,
    'Fn::GetAtt': attribute,
    'Fn::GetStackOutput': output,
    'Fn::Join': join,
  } = reference as {
    Ref?: string;
    'Fn::GetAtt'?: [string, string];
    'Fn::GetStackOutput'?: { StackName: string; OutputName: string };
    'Fn::Join'?: [string, unknown[]];
  };
  if (ref !== undefined) return `${stack}/${ref}`;
  if (attribute) return `${stack}/${attribute[0]}`;
  if (output) {
    const producer = output.StackName.slice(prefix.length);
    return resourceIn(templates, prefix, producer, templates[producer]?.Outputs?.[output.OutputName]?.Value);
  }
  if (join)
    return join[1]
      .map((part) => (typeof part === 'string' ? part : resourceIn(templates, prefix, stack, part)))
      .join('');
  throw new Error(`no resource: ${JSON.stringify(reference)}`);
}

const tagsOf = (resource: Pick<Resource, 'Properties'> | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ((resource?.Properties['Tags'] ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]),
  );

/** The secrets that a statement lets read: those that it names, or those whose tags fit. */
function secretsFor(
  templates: Templates,
  { Condition, Resource: named }: Statement,
  resource: (reference: unknown) => string,
): readonly string[] {
  const secrets = resourcesOf(templates, 'AWS::SecretsManager::Secret').map((secret) => {
    const tags = tagsOf(secret);
    return { tags, at: `${secret.stack}/${secret.id}`, name: `secret of ${tags['role']} in ${tags['store']}` };
  });
  const wanted = Condition?.StringEquals;
  if (wanted === undefined) {
    return list(named).map((reference) => {
      const at = resource(reference);
      if (at.includes('*')) throw new Error(`secrets without a condition: ${at}`);
      return secrets.find((secret) => secret.at === at)?.name ?? at;
    });
  }
  return secrets
    .filter(({ tags }) =>
      Object.entries(wanted).every(([key, value]) => {
        const [, tag] = /^aws:ResourceTag\/(.+)$/.exec(key) ?? [];
        if (tag === undefined) throw new Error(`a condition that is no tag: ${key}`);
        return list(value as string).includes(tags[tag] ?? '');
      }),
    )
    .map(({ name }) => name);
}

/** `as reports on catalog-primary`, of an ARN that ends with the id of a server and a role. */
function userIn(templates: Templates, prefix: string, arn: string): string {
  const [, at = '', role = ''] = /:dbuser:(.+)\/([^/]+)$/.exec(arn) ?? [];
  if (role === '') throw new Error(`no user of a database: ${arn}`);
  if (at === '*') return `as ${role} on any server`;
  if (at === 'prx-*') return `as ${role} on any proxy`;
  const [stack = '', id = ''] = at.split('/');
  const server = templates[stack]?.Resources[id];
  if (server === undefined) throw new Error(`no server: ${arn}`);
  return `as ${role} on ${serverName(server, prefix)}`;
}

const serverName = ({ Properties }: Pick<Resource, 'Properties'>, prefix: string): string =>
  String(Properties['DBInstanceIdentifier'] ?? Properties['DBClusterIdentifier']).slice(prefix.length);

/** What a key is used through: ` via dynamodb`. */
function viaOf({ Condition }: Statement): string {
  const via = Condition?.StringEquals?.['kms:ViaService'];
  if (via === undefined) return '';
  const services = list(via).map((service) => (typeof service === 'string' ? service : JSON.stringify(service)));
  return ` via ${services.map((service) => /secretsmanager|dynamodb/.exec(service)?.[0] ?? service).join(' and ')}`;
}
