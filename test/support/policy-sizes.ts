import type { TemplateJson } from './synthesized-tier';

/** How much of what IAM allows the policies of a role take, in characters. */
export interface PolicySizes {
  /** Stack and logical id. */
  readonly role: string;
  /** All that are inline together. */
  readonly inline: number;
  /** Each managed one. */
  readonly managed: readonly number[];
}

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** As long as AWS makes what is known after a deployment alone: a key, a cluster's id in policies, the longest of regions, the ARN of a secret. */
function referred(reference: string, argument: Json): string {
  const text = JSON.stringify(argument);
  if (reference === 'Ref' && argument === 'AWS::Partition') return 'aws-us-gov';
  if (reference === 'Ref' && argument === 'AWS::Region') return 'ap-southeast-1';
  if (reference === 'Ref' && argument === 'AWS::AccountId') return '111122223333';
  if (/Resource_?Id|ClusterResourceId|SsmParameterValue/i.test(text)) return 'cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  if (/Key/.test(text) && !/Directory|Secret/.test(text))
    return 'arn:aws-us-gov:kms:ap-southeast-1:111122223333:key/mrk-00000000000000000000000000000000';
  // CloudFormation calls a secret after its logical id.
  const id = typeof argument === 'string' ? argument : 's'.repeat(125);
  return `arn:aws-us-gov:secretsmanager:ap-southeast-1:111122223333:secret:${id}-AbCdEfGhIjKl-AbCdEf`;
}

/** What CloudFormation makes of a part of a template, as long as it can be. */
export function longest(value: Json): Json {
  if (Array.isArray(value)) return value.map(longest);
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value as Readonly<Record<string, Json>>);
  const [[name, argument] = ['', '']] = entries;
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, readonly Json[]];
    return parts.map((part) => String(longest(part))).join(separator);
  }
  if (name === 'Ref' || name === 'Fn::GetAtt' || name === 'Fn::GetStackOutput') return referred(name, argument);
  return Object.fromEntries(entries.map(([key, part]) => [key, longest(part)]));
}

/** Of every role that templates make. */
export function policySizes(templates: Readonly<Record<string, TemplateJson>>): readonly PolicySizes[] {
  return Object.entries(templates).flatMap(([stack, { Resources }]) => {
    const all = Object.entries(Resources);
    const sizeOf = (document: unknown): number => JSON.stringify(longest(document as Json)).length;
    const attached = (type: string, id: string): readonly number[] =>
      all
        .filter(([, { Type }]) => Type === type)
        .filter(([, { Properties }]) => (Properties['Roles'] as { Ref: string }[] | undefined)?.[0]?.Ref === id)
        .map(([, { Properties }]) => sizeOf(Properties['PolicyDocument']));
    return all
      .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
      .map(([id, { Properties }]) => {
        const own = (Properties['Policies'] ?? []) as { PolicyDocument: unknown }[];
        const sizes = [...own.map(({ PolicyDocument }) => sizeOf(PolicyDocument)), ...attached('AWS::IAM::Policy', id)];
        return {
          role: `${stack}/${id}`,
          inline: sizes.reduce((sum, size) => sum + size, 0),
          managed: attached('AWS::IAM::ManagedPolicy', id),
        };
      });
  });
}
