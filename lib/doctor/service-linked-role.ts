import type { StoreKind, TierDefinition } from '../definition';
import { askAws, awsErrorName } from './ask-aws';
import type { AwsScope } from './diagnose-aws';
import type { Diagnosis } from './diagnosis';

/** A role that a service has in an account, by which it manages networks, keys and logs of its servers. */
interface LinkedRole {
  /** What people call the service. */
  readonly service: string;
  readonly role: string;
  readonly principal: string;
}

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAM.ServiceLinkedRoles.html */
const RDS: LinkedRole = { service: 'RDS', role: 'AWSServiceRoleForRDS', principal: 'rds.amazonaws.com' };

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/using-service-linked-roles.html */
const ELASTICACHE: LinkedRole = {
  service: 'ElastiCache',
  role: 'AWSServiceRoleForElastiCache',
  principal: 'elasticache.amazonaws.com',
};

/** Whose role a store of each kind takes; DocumentDB and Neptune take that of RDS. A kind without a row does not compile. */
const ROLE_OF: Readonly<Record<StoreKind, LinkedRole | undefined>> = {
  postgres: RDS,
  shardedPostgres: RDS,
  documentdb: RDS,
  neptune: RDS,
  valkey: ELASTICACHE,
  dynamodb: undefined,
};

/** Whether each service that the tier takes has its role in the account. */
export async function diagnoseServiceLinkedRoles(tier: TierDefinition, scope: AwsScope): Promise<readonly Diagnosis[]> {
  const roles = new Set(Object.values(tier.stores).flatMap(({ kind }) => ROLE_OF[kind] ?? []));
  return (await Promise.all([...roles].map((role) => diagnose(role, scope)))).flat();
}

function diagnose({ service, role, principal }: LinkedRole, scope: AwsScope): Promise<readonly Diagnosis[]> {
  const subject = `${service} role`;
  return askAws(subject, 'iam:GetRole', async () => {
    const { GetRoleCommand, IAMClient } = await import('@aws-sdk/client-iam');
    try {
      await new IAMClient(scope).send(new GetRoleCommand({ RoleName: role }));
      return [{ subject, verdict: 'good', says: role }];
    } catch (error) {
      if (awsErrorName(error) !== 'NoSuchEntityException') throw error;
      return [
        {
          subject,
          verdict: 'warning',
          says: `${role} is not there: ${service} makes it with the first server, if whoever deploys may iam:CreateServiceLinkedRole`,
          next: `aws iam create-service-linked-role --aws-service-name ${principal}`,
        },
      ];
    }
  });
}
