import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePlacement, encodePlacement, type Placement } from '../placement';
import { createFile, isSystemError, readDocument } from './files';
import { requireNextVersion, placementConflict, type PlacementStore } from './placement-store';

/**
 * A placement on this machine: one file a version, so that creating the next version's file is the compare-and-set.
 * The highest version counts; the others are the history.
 */
export class DirectoryPlacement implements PlacementStore {
  constructor(private readonly directory: string) {}

  async read(): Promise<Placement> {
    const path = this.fileOf(Math.max(1, await this.latestVersion()));
    return decodePlacement(await readDocument('placement', path), path);
  }

  async seed(placement: Placement): Promise<Placement> {
    if ((await this.latestVersion()) === 0) {
      await createFile(this.fileOf(placement.shardMap.version), encodePlacement(placement));
    }
    return this.read();
  }

  async replace(expectedVersion: number, next: Placement): Promise<void> {
    requireNextVersion(expectedVersion, next);
    const latest = await this.latestVersion();
    const isFirst =
      latest === expectedVersion && (await createFile(this.fileOf(next.shardMap.version), encodePlacement(next)));
    if (!isFirst) throw placementConflict(next.store, expectedVersion, await this.latestVersion());
  }

  private async latestVersion(): Promise<number> {
    const names = await readdir(this.directory).catch((error: unknown) => {
      // Nothing was ever written. Who reads makes nothing: the tier may have just been deleted.
      if (isSystemError(error, 'ENOENT')) return [];
      throw error;
    });
    const versions = names.map((name) => /^(\d+)\.json$/.exec(name)?.[1]);
    return Math.max(0, ...versions.map((version) => Number(version ?? 0)));
  }

  private fileOf(version: number): string {
    return join(this.directory, `${String(version).padStart(8, '0')}.json`);
  }
}
