import { askAws, awsErrorName } from './ask-aws';
import type { AwsScope } from './diagnose-aws';
import type { Diagnosis } from './diagnosis';

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAM.ServiceLinkedRoles.html */
const ROLE = 'AWSServiceRoleForRDS';

/** Whether RDS has its role in the account, by which it manages networks, keys and logs of its servers. */
export function diagnoseServiceLinkedRole(scope: AwsScope): Promise<readonly Diagnosis[]> {
  const subject = 'RDS role';
  return askAws(subject, 'iam:GetRole', async () => {
    const { GetRoleCommand, IAMClient } = await import('@aws-sdk/client-iam');
    try {
      await new IAMClient(scope).send(new GetRoleCommand({ RoleName: ROLE }));
      return [{ subject, verdict: 'good', says: ROLE }];
    } catch (error) {
      if (awsErrorName(error) !== 'NoSuchEntityException') throw error;
      return [
        {
          subject,
          verdict: 'warning',
          says: `${ROLE} is not there: RDS makes it with the first server, if whoever deploys may iam:CreateServiceLinkedRole`,
          next: 'aws iam create-service-linked-role --aws-service-name rds.amazonaws.com',
        },
      ];
    }
  });
}
