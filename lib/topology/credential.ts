import type { IamLogin, LoginSecrets } from './topology';

/** How a service logs in to a database: with what a secret holds, or with tokens of IAM. */
export type Credential = { readonly kind: 'secret'; readonly secret: string } | ({ readonly kind: 'iam' } & IamLogin);

/** How a service logs in; `undefined` where the topology doesn't know it in this store. */
export function credentialOf({ services, iam = {} }: LoginSecrets, service: string): Credential | undefined {
  const secret = Object.hasOwn(services, service) ? services[service] : undefined;
  if (secret !== undefined) return { kind: 'secret', secret };
  const login = Object.hasOwn(iam, service) ? iam[service] : undefined;
  return login && { kind: 'iam', ...login };
}
