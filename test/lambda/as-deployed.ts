import { readFileSync } from 'node:fs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient, type AwsStub } from 'aws-sdk-client-mock';
import type { ServiceInputTypes, ServiceOutputTypes, SSMClientResolvedConfig } from '@aws-sdk/client-ssm';
import type { TestTier } from '../support/local-servers';
import { mainOf } from '../smoke/tier';

export const PREFIX = '/smoke/dev';

/** Answers as AWS does where store `main` of a tier on this machine is deployed: topology and secrets, and the real servers behind them. */
export function asDeployed(
  local: TestTier,
  secretsFile: string,
): AwsStub<ServiceInputTypes, ServiceOutputTypes, SSMClientResolvedConfig> {
  const { secrets, ...main } = mainOf(local.topology);
  const { trust, services } = local.topology;
  const parts = {
    tier: {
      part: 'tier',
      version: 1,
      tier: 'smoke',
      stage: 'dev',
      world: 'aws',
      trust: { kind: 'rds', bundlePath: trust.kind === 'file' ? trust.path : trust.bundlePath },
      stores: { main: [] },
      services: Object.fromEntries(
        Object.entries(services).map(([name, { uses }]) => [name, { uses: { main: uses['main'] } }]),
      ),
    },
    'stores/main': { part: 'store', version: 1, store: 'main', topology: { ...main, owner: secrets.owner } },
    'access/main': { part: 'access', version: 1, store: 'main', smoke: secrets.smoke, services: secrets.services },
  };
  const ssm = mockClient(SSMClient);
  ssm.on(GetParametersByPathCommand).resolves({
    Parameters: Object.entries(parts).map(([path, part]) => ({
      Name: `${PREFIX}/${path}`,
      Value: JSON.stringify(part),
    })),
  });
  const known = JSON.parse(readFileSync(secretsFile, 'utf8')) as Record<string, object>;
  mockClient(SecretsManagerClient)
    .on(GetSecretValueCommand)
    .callsFake(({ SecretId }: { SecretId: string }) => ({ SecretString: JSON.stringify(known[SecretId]) }));
  return ssm;
}
