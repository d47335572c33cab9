import { resourcesOf, type TemplateJson } from './synthesized-tier';

export type Templates = Record<string, TemplateJson>;

/** Who may do what, as far as templates say: every list is sorted, one line a way. */
export interface Reach {
  /** `service users -> store main:tcp/5432-5432`, as the client's side says. */
  readonly egress: readonly string[];
  /** The same as the server's side says, where a server has one. */
  readonly ingress: readonly string[];
  /** `provision reads secret main:polystore_owner`, from IAM policies and tags. */
  readonly secrets: readonly string[];
  /** `provision dynamodb:PutItem posts`: actions on tables, parameters and keys. */
  readonly actions: readonly string[];
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: { readonly StringEquals?: Readonly<Record<string, unknown>> };
}

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value]) as readonly T[];

/** Computes what a tier's templates let through. @throws Error where a template says something that this reader doesn't know */
export function reachOf(templates: Templates, prefix: string): Reach {
  const groups = namesOfGroups(templates, prefix);
  const ways = (type: string, from: string, to: string): string[] =>
    resourcesOf(templates, type).map(({ stack, Properties }) => {
      const { IpProtocol, FromPort, ToPort } = Properties;
      const name = (field: string): string => {
        if (Properties[field] !== undefined)
          return groups.get(resourceIn(templates, prefix, stack, Properties[field])) ?? '?';
        if (Properties['DestinationPrefixListId'] !== undefined) return 'DynamoDB';
        throw new Error(`a rule of ${stack} names neither a group nor a list: ${JSON.stringify(Properties)}`);
      };
      return `${name(from)} -> ${name(to)}:${String(IpProtocol)}/${String(FromPort)}-${String(ToPort)}`;
    });
  const granted = resourcesOf(templates, 'AWS::IAM::Policy').flatMap(({ stack, Properties }) => {
    const who = ownerOf(Properties['Roles']);
    const { Statement } = Properties['PolicyDocument'] as { readonly Statement: readonly Statement[] };
    return Statement.filter(({ Effect }) => Effect === 'Allow').map((statement) => ({ stack, who, statement }));
  });
  return {
    egress: ways('AWS::EC2::SecurityGroupEgress', 'GroupId', 'DestinationSecurityGroupId').sort(),
    ingress: ways('AWS::EC2::SecurityGroupIngress', 'SourceSecurityGroupId', 'GroupId').sort(),
    secrets: granted
      .filter(({ statement }) => list(statement.Action).some((action) => action.startsWith('secretsmanager:')))
      .flatMap(({ who, statement }) => secretsFor(templates, statement).map((secret) => `${who} reads ${secret}`))
      .sort(),
    actions: granted
      .flatMap(({ stack, who, statement }) =>
        list(statement.Action)
          .filter((action) => /^(dynamodb|ssm|kms|rds|rds-db|sts|iam|s3|lambda):/.test(action))
          .flatMap((action) =>
            list(statement.Resource).map(
              (resource) => `${who} ${action} ${resourceIn(templates, prefix, stack, resource)}`,
            ),
          ),
      )
      .sort(),
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
          : description.startsWith('Ways to AWS')
            ? 'endpoints'
            : 'operations';
      return [`${stack}/${id}`, name];
    }),
  );
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

/** `ProvisionRole…` is `provision`; what belongs to no function of the kit keeps the name of its role. */
function ownerOf(roles: unknown): string {
  const name = (roles as readonly { Ref: string }[]).map(({ Ref }) => Ref).join();
  if (/^ProvisionRole/.test(name)) return 'provision';
  return /^SmokeTestRole/.test(name) ? 'smoke test' : name;
}

/** The secrets that a statement lets read: those whose tags fit. One by ARN is not read by tags. */
function secretsFor(templates: Templates, { Condition, Resource }: Statement): readonly string[] {
  const wanted = Condition?.StringEquals;
  if (wanted === undefined) throw new Error(`secrets without a condition: ${JSON.stringify(Resource)}`);
  return resourcesOf(templates, 'AWS::SecretsManager::Secret').flatMap(({ stack, Properties }) => {
    const tags = Object.fromEntries(
      (Properties['Tags'] as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]),
    );
    const fits = Object.entries(wanted).every(([key, value]) => {
      const [, tag] = /^aws:ResourceTag\/(.+)$/.exec(key) ?? [];
      if (tag === undefined) throw new Error(`a condition that is no tag: ${key}`);
      return list(value as string).includes(tags[tag] ?? '');
    });
    return fits ? [`secret of ${tags['role']} in ${tags['store'] ?? stack}`] : [];
  });
}
