import { Duration, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge-wildcards';
import { DeploymentCaller, type DeploymentCallerProps } from './deployment-caller';

/**
 * The id of AWS's own list of DynamoDB's addresses in the stack's region, which a rule needs that lets a client out to them and nowhere
 * else. Every region has another, and CloudFormation can't say it: the region is asked once, when the stack is made.
 */
export class DynamoDbPrefixList extends Construct {
  /** As in `pl-6fa54006`. */
  readonly prefixListId: string;

  constructor(scope: Construct, id: string, props: DeploymentCallerProps) {
    super(scope, id);
    const { role, logGroup } = new DeploymentCaller(this, props);
    const name = `com.amazonaws.${Stack.of(this).region}.dynamodb`;
    const call = {
      service: 'EC2',
      action: 'describePrefixLists',
      parameters: { Filters: [{ Name: 'prefix-list-name', Values: [name] }] },
      outputPaths: ['PrefixLists.0.PrefixListId'],
      physicalResourceId: PhysicalResourceId.of(Names.uniqueId(this)),
    };
    const lookup = new AwsCustomResource(this, 'Lookup', {
      resourceType: 'Custom::DynamoDbPrefixList',
      onUpdate: call,
      policy: AwsCustomResourcePolicy.fromStatements([
        new iam.PolicyStatement({ actions: ['ec2:DescribePrefixLists'], resources: ['*'] }),
      ]),
      role,
      logGroup,
      installLatestAwsSdk: false,
      timeout: Duration.minutes(1),
    });
    acknowledgeWildcards(
      lookup,
      ['*'],
      'ec2:DescribePrefixLists reads names of AWS’s own lists and can’t be narrowed to one of them.',
    );
    this.prefixListId = lookup.getResponseField('PrefixLists.0.PrefixListId');
  }
}
