import type { Signing } from '../../lib/signing';

/**
 * Keys of the function's role, which every function finds here: to look for them elsewhere takes a package that is half as large as the bundle.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (defined runtime environment variables)
 */
export function roleKeys(env: Readonly<Record<string, string | undefined>>): { readonly signing?: Signing } {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  if (!accessKeyId || !secretAccessKey) return {};
  return { signing: { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) } };
}
