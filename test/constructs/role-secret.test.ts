import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RoleSecret } from '../../constructs';

test('generates a password that no template shows, under the given key', () => {
  const stack = new Stack(new App(), 'Test');
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k');
  new RoleSecret(stack, 'Secret', { role: 'users', encryptionKey, description: 'Service users' });
  Template.fromStack(stack).hasResource('AWS::SecretsManager::Secret', {
    Properties: {
      Description: 'Service users',
      KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/k',
      GenerateSecretString: {
        SecretStringTemplate: '{"username":"users"}',
        GenerateStringKey: 'password',
        PasswordLength: 40,
        ExcludePunctuation: true,
      },
    },
    DeletionPolicy: 'Delete',
  });
});
