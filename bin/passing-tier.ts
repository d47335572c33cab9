import type { TierDefinition } from '../lib/definition';
import { isPolystoreError, PolystoreError } from '../lib/errors';
import { deleteLocalTier, type LocalTier } from '../lib/local';
import { removeEmptyFoldersAround } from './empty-folders';
import { startShown, type ShownStart } from './shown-start';

/** Runs a fresh tier for as long as `work` takes; it is stopped, and deleted with everything in it, whatever happens. @throws {PolystoreError} TIER_ALREADY_UP */
export function withPassingTier<T>(
  definition: TierDefinition,
  start: ShownStart,
  work: (tier: LocalTier) => Promise<T>,
): Promise<T> {
  return inPassingDirectory(start.directory, async () => {
    const tier = await startShown(definition, start);
    try {
      return await work(tier);
    } finally {
      await tier.stop();
    }
  });
}

/**
 * Runs `work` on a directory for a tier that lasts as long as it does: what an earlier one has left there is stopped and deleted first, and all of it
 * afterwards, whatever happens. One that somebody is at work in is theirs, and left alone.
 * @throws {PolystoreError} TIER_ALREADY_UP, and what `work` throws
 */
export async function inPassingDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  await deleteLocalTier(directory).catch((error: unknown) => {
    throw isPolystoreError(error, 'TIER_ALREADY_UP') ? atWork(error) : error;
  });
  try {
    return await work();
  } finally {
    await deleteLocalTier(directory).catch((error: unknown) => {
      // Somebody has begun in it since the tier was stopped, and will delete it.
      if (!isPolystoreError(error, 'TIER_ALREADY_UP')) throw error;
    });
    await removeEmptyFoldersAround(directory);
  }
}

function atWork({ details, cause }: PolystoreError<'TIER_ALREADY_UP'>): PolystoreError<'TIER_ALREADY_UP'> {
  const { directory, pid } = details;
  return new PolystoreError('TIER_ALREADY_UP', `process ${pid} is at work in ${directory}`, {
    details,
    next: `Wait until it has ended, or end it: kill ${pid}.`,
    cause,
  });
}
