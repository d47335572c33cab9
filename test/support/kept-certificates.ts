import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ensureCertificates } from '../../lib/local/certificates';
import { isSystemError } from '../../lib/sources/files';
import { removeTree } from './remove-tree';

const KEPT = join(tmpdir(), `polystore-test-tls-${userInfo().uid}`);

/**
 * Lays TLS files into the directory of a tier that is not there yet, which takes them for its own: loading what makes them takes a quarter of a
 * second, in each suite and process anew.
 */
export async function giveCertificates(directory: string): Promise<void> {
  if (!existsSync(KEPT)) await makeOnce();
  await cp(KEPT, join(directory, 'tls'), { recursive: true });
}

async function makeOnce(): Promise<void> {
  const draft = await mkdtemp(`${KEPT}.`);
  await ensureCertificates(draft);
  await rename(draft, KEPT).catch(async (error: unknown) => {
    // Another worker was faster.
    if (!isSystemError(error, 'ENOTEMPTY') && !isSystemError(error, 'EEXIST')) throw error;
    await removeTree(draft);
  });
}
