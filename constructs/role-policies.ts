import * as iam from 'aws-cdk-lib/aws-iam';
import { DEPLOYMENT_LIMITS } from '../lib/catalog';
import { PolystoreError } from '../lib/errors';

/** What a reference may turn into where it is all of a name: the ARN of a secret that CloudFormation named after stores and services with long names. */
const LONGEST_ARN = 215;
/** Where it is a part of a name: `aws-us-gov`, `ap-southeast-1`, an account. */
const LONGEST_PSEUDO_PARAMETER = 14;
/** Where it is a part of a name: what RDS and Neptune call a cluster in policies. */
const LONGEST_PART = 34;

const MANAGED = DEPLOYMENT_LIMITS.managedPolicyCharacters.value;
const INLINE = DEPLOYMENT_LIMITS.inlinePolicyCharacters.value;
/** `{"Version":"2012-10-17","Statement":[]}` */
const AROUND_STATEMENTS = 40;

export interface StatementsProps {
  /** @default - none */
  readonly sid?: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** @default - none */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * A right on many resources, none of which a wildcard would have to name: as many statements as it takes for each to fit a policy of its own. None at
 * all where there are no resources.
 */
export function statementsOn({ sid, actions, resources, conditions }: StatementsProps): readonly iam.PolicyStatement[] {
  const statement = (resourcesOfIt: readonly string[], part: number) =>
    new iam.PolicyStatement({
      ...(sid !== undefined && { sid: part === 0 ? sid : `${sid}${part + 1}` }),
      actions: [...actions],
      resources: [...resourcesOfIt],
      ...(conditions && { conditions }),
    });
  const roomForNames = MANAGED - AROUND_STATEMENTS - statementSize(statement([''], resources.length));
  const parts: string[][] = [];
  let room = 0;
  for (const resource of resources) {
    const length = longestText(JSON.stringify(resource)) + 1;
    if (length > room) {
      parts.push([]);
      room = roomForNames;
    }
    (parts.at(-1) as string[]).push(resource);
    room -= length;
  }
  return parts.map(statement);
}

/** Statements of one role, by the policy that holds them. */
export interface PackedStatements {
  /** Of the role itself. */
  readonly inline: readonly iam.PolicyStatement[];
  /** One managed policy each. */
  readonly managed: readonly (readonly iam.PolicyStatement[])[];
}

/**
 * Puts statements into the role's own policy as long as that has room, and the others into managed ones. CDK would do so too, by a guess at what a
 * reference turns into that secrets with long names and indexes of tables exceed.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (IAM and STS character limits; white space does not count)
 */
export function packStatements(statements: readonly iam.PolicyStatement[]): PackedStatements {
  const inline: iam.PolicyStatement[] = [];
  const managed: { readonly statements: iam.PolicyStatement[]; room: number }[] = [];
  let room = INLINE - AROUND_STATEMENTS;
  for (const statement of statements) {
    const size = statementSize(statement);
    if (size <= room) {
      inline.push(statement);
      room -= size;
      continue;
    }
    let policy = managed.find((each) => size <= each.room);
    if (policy === undefined) {
      policy = { statements: [], room: MANAGED - AROUND_STATEMENTS };
      managed.push(policy);
    }
    policy.statements.push(statement);
    policy.room -= size;
  }
  return { inline, managed: managed.map((policy) => policy.statements) };
}

/**
 * Attaches managed policies to a role, below the role: whoever waits for the role waits for them too.
 * @throws {PolystoreError} PROPERTY_INVALID where AWS attaches fewer
 */
export function attachManaged(role: iam.Role, managed: PackedStatements['managed']): void {
  const most = DEPLOYMENT_LIMITS.managedPoliciesOfRole.value;
  if (managed.length > most) {
    throw new PolystoreError(
      'PROPERTY_INVALID',
      `${role.node.path}: what it may do takes ${managed.length} managed policies, AWS attaches ${most} to a role`,
      {
        details: { path: role.node.path, property: 'statements' },
        next: 'Let it use fewer stores or shards: give the others to a service of their own, or log in with password().',
      },
    );
  }
  for (const [index, statements] of managed.entries()) {
    new iam.ManagedPolicy(role, `OverflowPolicy${index + 1}`, {
      description: `Part of what ${role.node.path} may do`,
      statements: [...statements],
      roles: [role],
    });
  }
}

/** Gives a role statements, however many they are. */
export function addStatements(role: iam.Role, statements: readonly iam.PolicyStatement[]): void {
  const { inline, managed } = packStatements(statements);
  for (const statement of inline) role.addToPolicy(statement);
  attachManaged(role, managed);
}

/** In characters, at the most; with the comma before the next. */
export const statementSize = (statement: iam.PolicyStatement): number =>
  longestText(JSON.stringify(statement.toStatementJson())) + 1;

/** How long a text of JSON may be when CloudFormation has put into it what its tokens refer to. */
function longestText(text: string): number {
  return text
    .replaceAll(/"\$\{Token\[[^\]]*\]\}"/g, '_'.repeat(LONGEST_ARN + 2))
    .replaceAll(/\$\{Token\[AWS\.[^\]]*\]\}/g, '_'.repeat(LONGEST_PSEUDO_PARAMETER))
    .replaceAll(/\$\{Token\[[^\]]*\]\}/g, '_'.repeat(LONGEST_PART)).length;
}
