import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { decodeCredentials, type Credentials } from '../sources/secrets';

/** What a version of a secret holds: a login, and whatever else somebody keeps there. */
export interface SecretValue extends Credentials {
  readonly [field: string]: unknown;
}

/** Of versions of a secret: what everybody reads, and what a rotation makes. */
export type VersionLabel = 'AWSCURRENT' | 'AWSPENDING';

/** The versions of secrets, as a rotation reads and makes them. */
export interface SecretVersions {
  /** Labels of each version that has any, by its id. */
  labels(secret: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * What the version with a label holds; undefined where there is none, or it holds nothing yet.
   * @throws {PolystoreError} DOCUMENT_INVALID where it holds no login
   */
  read(secret: string, label: VersionLabel): Promise<SecretValue | undefined>;
  /** Gives the version a value, and the label `AWSPENDING`. Does nothing where it has a value already. */
  keepPending(secret: string, version: string, value: SecretValue): Promise<void>;
  /** Moves the label `AWSCURRENT` from one version to another; the one that had it is `AWSPREVIOUS` then. */
  makeCurrent(secret: string, version: string, before: string): Promise<void>;
}

/** Versions in AWS Secrets Manager. */
export class SecretsManagerVersions implements SecretVersions {
  private client: SecretsManagerClient | undefined;

  /** @param client - default: one with the credentials and region of the environment */
  constructor(client?: SecretsManagerClient) {
    this.client = client;
  }

  async labels(SecretId: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const { DescribeSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const { VersionIdsToStages } = await (await this.open()).send(new DescribeSecretCommand({ SecretId }));
    return new Map(Object.entries(VersionIdsToStages ?? {}));
  }

  async read(SecretId: string, VersionStage: VersionLabel): Promise<SecretValue | undefined> {
    const { GetSecretValueCommand, ResourceNotFoundException } = await import('@aws-sdk/client-secrets-manager');
    const client = await this.open();
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
      return decodeValue(SecretString, SecretId);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async keepPending(SecretId: string, version: string, value: SecretValue): Promise<void> {
    const { PutSecretValueCommand, ResourceExistsException } = await import('@aws-sdk/client-secrets-manager');
    const client = await this.open();
    try {
      await client.send(
        new PutSecretValueCommand({
          SecretId,
          ClientRequestToken: version,
          SecretString: JSON.stringify(value),
          VersionStages: ['AWSPENDING' satisfies VersionLabel],
        }),
      );
    } catch (error) {
      // Another call of the same step was first.
      if (!(error instanceof ResourceExistsException)) throw error;
    }
  }

  async makeCurrent(SecretId: string, MoveToVersionId: string, RemoveFromVersionId: string): Promise<void> {
    const { UpdateSecretVersionStageCommand } = await import('@aws-sdk/client-secrets-manager');
    const VersionStage: VersionLabel = 'AWSCURRENT';
    const client = await this.open();
    await client.send(
      new UpdateSecretVersionStageCommand({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId }),
    );
  }

  private async open(): Promise<SecretsManagerClient> {
    const { SecretsManagerClient: Client } = await import('@aws-sdk/client-secrets-manager');
    return (this.client ??= new Client());
  }
}

function decodeValue(text: string | undefined, secret: string): SecretValue {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    // Falls through to decodeCredentials, whose message never quotes the value as JSON's would.
  }
  return { ...(value as object), ...decodeCredentials(value, secret) };
}
