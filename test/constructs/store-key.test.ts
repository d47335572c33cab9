import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { StoreKey, type StoreKeyProps } from '../../constructs';

function templateOf(props: Partial<StoreKeyProps> = {}): Template {
  const stack = new Stack(new App(), 'Test', { env: { account: '111122223333', region: 'eu-west-1' } });
  new StoreKey(stack, 'Key', { description: 'Store main', aliasName: 'blog/prod/main', ...props });
  return Template.fromStack(stack);
}

test('rotates, waits longest before it is deleted, and outlives its stack', () => {
  templateOf().hasResource('AWS::KMS::Key', {
    Properties: { EnableKeyRotation: true, PendingWindowInDays: 30 },
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
  templateOf().hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/blog/prod/main' });
});

test('goes with its stack where told so', () => {
  templateOf({ pendingWindow: Duration.days(7), removalPolicy: RemovalPolicy.DESTROY }).hasResource('AWS::KMS::Key', {
    Properties: { PendingWindowInDays: 7 },
    DeletionPolicy: 'Delete',
  });
});

test('lets the account and, for the logs that RDS exports here, CloudWatch Logs use it; nobody else', () => {
  const [key] = Object.values(templateOf().findResources('AWS::KMS::Key'));
  const statements = (key as { Properties: { KeyPolicy: { Statement: object[] } } }).Properties.KeyPolicy.Statement;
  expect(statements).toHaveLength(2);
  expect(JSON.stringify(statements[0])).toContain(':iam::111122223333:root');
  expect(statements[1]).toMatchObject({ Effect: 'Allow', Principal: { Service: 'logs.eu-west-1.amazonaws.com' } });
  const condition = JSON.stringify((statements[1] as { Condition: object }).Condition);
  expect(condition).toContain(':logs:eu-west-1:111122223333:log-group:/aws/rds/*');
});

test('lets CloudWatch Logs use it for the logs of another service instead', () => {
  const key = JSON.stringify(templateOf({ logGroupPrefix: '/aws/neptune/' }).findResources('AWS::KMS::Key'));
  expect(key).toContain('log-group:/aws/neptune/*');
  expect(key).not.toContain('/aws/rds/');
});

test('lets the account alone use it where the store exports no logs', () => {
  const [key] = Object.values(templateOf({ logGroupPrefix: 'none' }).findResources('AWS::KMS::Key'));
  const statements = (key as { Properties: { KeyPolicy: { Statement: object[] } } }).Properties.KeyPolicy.Statement;
  expect(statements).toHaveLength(1);
  expect(JSON.stringify(statements[0])).toContain(':iam::111122223333:root');
});
