import { rotateSecret, type RotatedLogin, type RotationStep, type SecretValue } from '../../lib/rotation';
import type { Life } from './killed';
import type { Vault } from './vault';

export const STEPS: readonly RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
export const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app';

let versions = 0;

/** Takes every step in a life that may end, and then all of them again, as Secrets Manager does. Tells how often it ended. */
export async function rotate(vault: Vault, life: Life, login: RotatedLogin): Promise<number> {
  const version = `v${++versions}`;
  vault.begin(version);
  for (let ends = 0; ; ends++) {
    try {
      for (const step of STEPS) {
        const request = { step, secret: SECRET, version };
        await rotateSecret(request, { versions: life.of(vault), login: life.of(login) });
      }
      return ends;
    } catch (error) {
      if (!life.isOver()) throw error;
    }
  }
}

/**
 * Logs in over and over while `work` is done, with what the secret says and with what it said before. Tells who was refused.
 * @param takes whether each server takes a login
 */
export async function refusalsDuring(
  vault: Vault,
  takes: (login: SecretValue) => Promise<readonly boolean[]>,
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const known = vault.current;
  const refused = new Set<string>();
  let isOver = false;
  let logins = 0;
  const logIn = async (who: string, secretOf: () => SecretValue): Promise<void> => {
    while (!isOver) {
      const all = await takes(secretOf());
      logins += all.length;
      if (all.includes(false)) refused.add(who);
    }
  };
  const clients = [logIn('who reads the secret', () => vault.current), logIn('who read it before', () => known)];
  await work().finally(() => (isOver = true));
  await Promise.all(clients);
  if (logins < 2) throw new Error('nobody logged in meanwhile');
  return [...refused];
}
