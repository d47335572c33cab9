import { promisedBackups } from '../lib/smoke/backups-check';
import { provesNeptune } from '../lib/smoke/neptune-store';
import { describeClusterBackups } from '../lib/sources/rds-servers';
import { localSecretsFromEnvironment } from '../lib/sources/tier-sources';
import { smokeTest } from './step/prove';

/** Proves every graph, signing with what the function's role is given; what stands in for Neptune on this machine takes passwords. */
export const handler = smokeTest('neptune', () => {
  const secrets = localSecretsFromEnvironment(process.env);
  const backups = promisedBackups(process.env['POLYSTORE_BACKUPS'], {
    service: 'RDS',
    describe: describeClusterBackups,
  });
  return provesNeptune({ ...roleOf(process.env), ...(secrets && { secrets }), ...(backups && { backups }) });
});

/**
 * Keys of the function's role, which every function finds here: to look for them elsewhere takes a package that is half as large as the bundle.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (defined runtime environment variables)
 */
function roleOf(env: NodeJS.ProcessEnv) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  if (!accessKeyId || !secretAccessKey) return {};
  return { signing: { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) } };
}
