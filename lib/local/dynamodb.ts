import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { onFreshPorts, startInRoom, type EngineRoom, type RunningEngine } from './engine-room';
import { findFreePorts } from './ports';
import { LOCAL_HOST } from './server-settings';
import { dataOf } from './tier-directory';
import type { PlannedServer } from './tier-plan';

/** What stands in for DynamoDB here: AWS gives nobody the real one. */
export const DYNAMODB_STAND_IN = {
  engine: 'dynalite',
  /** Said wherever its results are shown. */
  label: 'emulated',
  /** What a check of it must skip. */
  lacks: ['transactions', 'expiry', 'point-in-time recovery', 'TLS', 'credentials'],
} as const;

/**
 * Starts the DynamoDB of a store: `dynalite`, which npm brings, in a process of its own. It keeps its tables from start to start, takes any
 * credentials and speaks plain HTTP, on the loopback address only.
 * @throws {PolystoreError} ENGINE_FAILED, PORT_TAKEN, INTERRUPTED
 */
export async function startDynamoDb(
  room: EngineRoom,
  planned: PlannedServer,
  signal?: AbortSignal,
): Promise<RunningEngine> {
  const dataDirectory = dataOf(room.directory, planned);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const script = createRequire(__filename).resolve('dynalite/cli.js');
  return onFreshPorts(room, async () => {
    const port = room.ports.kind === 'fixed' ? room.ports.portOf(planned) : ((await findFreePorts(1))[0] as number);
    // A table is there at once: how long AWS takes to make one is nothing that a tier is proven by.
    const times = ['createTableMs', 'deleteTableMs', 'updateTableMs'].flatMap((name) => [`--${name}`, '0']);
    const place = ['--host', LOCAL_HOST, '--port', String(port), '--path', join(dataDirectory, 'tables')];
    const args = [script, ...place, ...times];
    return startInRoom(
      room,
      planned,
      { program: process.execPath, args, port, ready: /Dynalite listening at/ },
      signal,
    );
  });
}
