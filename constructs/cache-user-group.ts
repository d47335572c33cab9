import type { RemovalPolicy } from 'aws-cdk-lib';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ROTATED_ELSEWHERE, RoleSecret } from './role-secret';

/** A user of a cache: who logs in, and what it may do there. */
export interface CacheUser {
  /** Ends its id in ElastiCache, which begins with the group's. @default - the name that it logs in with */
  readonly id?: string;
  /**
   * How it logs in. `iam`: with tokens; it is called what its id is then, as ElastiCache demands, and has no secret.
   * @default 'password'
   */
  readonly authentication?: 'password' | 'iam';
  /** What it may do, as `CACHE_ACCESS` says it, without `on`. */
  readonly access: string;
  /** Of its secret. */
  readonly description: string;
}

export interface CacheUserGroupProps {
  readonly engine: 'valkey' | 'redis';
  /** Of the group; users' ids begin with it. At most 40 characters with the longest of these. */
  readonly name: string;
  /** By the name that they log in with. */
  readonly users: Readonly<Record<string, CacheUser>>;
  /** Of their secrets. */
  readonly encryptionKey: kms.IKey;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Who may log in to a cache: each user with a password of its own, generated in a secret, and nobody else. There is no password that all share.
 *
 * ElastiCache makes users itself, and a cache is born with its group: there is nothing to provision from inside.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
 */
export class CacheUserGroup extends Construct {
  readonly userGroupId: string;
  /** By user; none of those that log in by IAM. */
  readonly secrets: Readonly<Record<string, RoleSecret>>;
  /** Arns of the users, by user. */
  readonly userArns: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: CacheUserGroupProps) {
    super(scope, id);
    const { engine, name, encryptionKey, removalPolicy } = props;
    // Scopes of their own, so that users may be called whatever they like.
    const secretScope = new Construct(this, 'Secrets');
    const userScope = new Construct(this, 'Users');
    const made = Object.entries(props.users).map(
      ([userName, { id: end = userName, authentication, access, description }]) => {
        if (authentication === 'iam') {
          const userId = `${name}-${end}`;
          const user = new elasticache.CfnUser(userScope, userName, {
            engine,
            userId,
            userName: userId,
            accessString: `on ${access}`,
            authenticationMode: { Type: 'iam' },
          });
          user.applyRemovalPolicy(removalPolicy);
          return { userName, user };
        }
        const secret = new RoleSecret(secretScope, userName, {
          role: userName,
          encryptionKey,
          description,
          removalPolicy,
          withoutRotation: ROTATED_ELSEWHERE,
        });
        const user = new elasticache.CfnUser(userScope, userName, {
          engine,
          userId: `${name}-${end}`,
          userName,
          accessString: `on ${access}`,
          // CloudFormation reads the secret when it makes the user: the template holds a reference.
          authenticationMode: { Type: 'password', Passwords: [secret.secretValueFromJson('password').unsafeUnwrap()] },
        });
        user.applyRemovalPolicy(removalPolicy);
        return { userName, secret, user };
      },
    );
    const group = new elasticache.CfnUserGroup(this, 'Resource', {
      engine,
      userGroupId: name,
      userIds: [...this.nobody(props), ...made.map(({ user }) => user.ref)],
    });
    group.applyRemovalPolicy(removalPolicy);
    this.userGroupId = group.ref;
    this.secrets = Object.fromEntries(
      made.flatMap(({ userName, secret }) => (secret === undefined ? [] : [[userName, secret]])),
    );
    this.userArns = Object.fromEntries(made.map(({ userName, user }) => [userName, user.attrArn]));
  }

  /** Redis OSS lets everybody in as `default` unless a group says otherwise, and wants one that does. Valkey has nobody of that name. */
  private nobody({ engine, name, removalPolicy }: CacheUserGroupProps): readonly string[] {
    if (engine !== 'redis') return [];
    const user = new elasticache.CfnUser(this, 'Nobody', {
      engine,
      userId: `${name}-1`,
      userName: 'default',
      accessString: 'off -@all',
      authenticationMode: { Type: 'no-password-required' },
    });
    user.applyRemovalPolicy(removalPolicy);
    return [user.ref];
  }
}
