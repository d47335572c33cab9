import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { attachManaged, packStatements, statementsOn } from './role-policies';

export interface ProxyRoleProps {
  /** Of every role that logs in through the proxies with a password, and of no other. */
  readonly secretArns: readonly string[];
  /** What the secrets are encrypted with. */
  readonly encryptionKey: kms.IKey;
  /** To log in to the servers as roles that have no password. @default - none */
  readonly logins?: readonly iam.PolicyStatement[];
}

/** What RDS Proxy may do in the account: read the secrets of those who log in through it, and log in as those who have none. */
export class ProxyRole extends iam.Role {
  constructor(scope: Construct, id: string, props: ProxyRoleProps) {
    const { account, region } = Stack.of(scope);
    const { logins = [] } = props;
    const secrets = props.secretArns.length > 0 ? readSecrets(props, region) : [];
    const { inline, managed } = packStatements([...secrets, ...logins]);
    const ownPolicy = (name: string, of: readonly iam.PolicyStatement[]) => {
      const statements = inline.filter((statement) => of.includes(statement));
      return statements.length > 0 && { [name]: new iam.PolicyDocument({ statements }) };
    };
    super(scope, id, {
      assumedBy: new iam.ServicePrincipal('rds.amazonaws.com', {
        // A proxy of another account must not use the role by guessing its name.
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
      description: 'RDS Proxy logs in for those who log in through it',
      // Inline, so that no proxy starts before its role may read.
      inlinePolicies: {
        ...ownPolicy('Secrets', secrets),
        ...ownPolicy('Logins', logins),
      },
    });
    attachManaged(this, managed);
  }
}

function readSecrets({ secretArns, encryptionKey }: ProxyRoleProps, region: string): readonly iam.PolicyStatement[] {
  return [
    ...statementsOn({ actions: ['secretsmanager:GetSecretValue'], resources: secretArns }),
    new iam.PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    }),
  ];
}
