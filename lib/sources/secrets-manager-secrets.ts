import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { notInstalled, PolystoreError } from '../errors';
import { decodeCredentials, type Credentials, type SecretSource } from './secrets';

/**
 * Secrets of a tier on AWS, by name or ARN in AWS Secrets Manager. Read anew each time, so that a rotated secret is seen.
 *
 * The SDK is loaded at the first read: who never reads from AWS need not have it, nor wait for it.
 */
export class SecretsManagerSecrets implements SecretSource {
  private client: SecretsManagerClient | undefined;

  /** @param client - default: one with the credentials and region of the environment */
  constructor(client?: SecretsManagerClient) {
    this.client = client;
  }

  async read(name: string): Promise<Credentials> {
    const text = await this.textOf(name);
    let value: unknown;
    try {
      value = JSON.parse(text ?? '');
    } catch {
      // Falls through to decodeCredentials, whose message never quotes the value as JSON's would.
    }
    return decodeCredentials(value, name);
  }

  private async textOf(name: string): Promise<string | undefined> {
    const { GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } =
      await import('@aws-sdk/client-secrets-manager').catch(notInstalled('@aws-sdk/client-secrets-manager'));
    this.client ??= new SecretsManagerClient();
    try {
      return (await this.client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
    } catch (cause) {
      if (!(cause instanceof ResourceNotFoundException)) throw cause;
      throw new PolystoreError('DOCUMENT_MISSING', `no secret "${name}" in AWS Secrets Manager`, {
        details: { document: `secret ${name}`, source: 'AWS Secrets Manager' },
        next: 'Deploy the access stack of the tier.',
        cause,
      });
    }
  }
}
