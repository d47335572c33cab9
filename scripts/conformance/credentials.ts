import { randomBytes } from 'node:crypto';
import type { Credentials } from '../../lib/sources';

/** A password that nobody has had before. */
export const newCredentials = (username: string): Credentials => ({
  username,
  password: randomBytes(24).toString('base64url'),
});
