import type { Login } from '../postgres';
import type { Credentials, TokenSource } from '../sources';
import type { TargetDatabase } from './target-database';

/**
 * How provisioning logs in: as the database's owner, with the password of its secret, and with a token of IAM where a server refuses that.
 *
 * The owner made the roles of services that log in by IAM, and so is a member of them that inherits nothing. RDS takes tokens and no password of
 * whoever is in `rds_iam`; PostgreSQL's own rules for groups count such a membership too, RDS's are not written down.
 */
export function ownerLogin(target: TargetDatabase, owner: Credentials, tokens: TokenSource | undefined): Login {
  const { username, password } = owner;
  const [iam] = Object.values(target.secrets.iam ?? {});
  if (iam === undefined || tokens === undefined) return owner;
  const { host, port } = target.primary.endpoint;
  let version = 0;
  return {
    username,
    password: {
      get version() {
        return version;
      },
      read: () =>
        version === 0 ? Promise.resolve(password) : tokens.token({ host, port, username, region: iam.region }),
      renew: () => Promise.resolve(version++ === 0),
    },
  };
}
