import { randomUUID } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BucketId } from '../placement';
import { isSystemError } from './files';
import { assignmentConflict, countAssignments, type Assignment, type KeyDirectory } from './key-directory';

/** A change that somebody asked for: void unless `from` is the revision of the key when its line is reached. */
interface Change {
  readonly key: string;
  /** Null takes the key out. */
  readonly bucket: BucketId | null;
  readonly revision: string;
  /** Null where the key must have none. */
  readonly from: string | null;
}

/**
 * A key directory on this machine: a file to which every change is appended. The order of the lines decides who was first, and whoever reads them
 * decides alike, so that appending is the compare-and-set. It is read whole once, and from then on as it grows.
 */
export class FileKeyDirectory implements KeyDirectory {
  private readonly assignments = new Map<string, Assignment>();
  /** Changes of this process that were not yet met in the file, and whether they counted when they were. */
  private readonly asked = new Map<string, boolean>();
  private offset = 0;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: string,
    private readonly path: string,
  ) {}

  async find(key: string): Promise<Assignment | undefined> {
    await this.catchUp();
    return this.assignments.get(key);
  }

  async assign(key: string, bucket: BucketId, from: Assignment | undefined): Promise<Assignment> {
    const revision = randomUUID();
    const isFirst = await this.change({ key, bucket, revision, from: from?.revision ?? null });
    if (!isFirst) throw assignmentConflict(this.store, from, this.assignments.get(key));
    return { bucket, revision };
  }

  async remove(key: string, from: Assignment): Promise<void> {
    const isFirst = await this.change({ key, bucket: null, revision: randomUUID(), from: from.revision });
    const found = this.assignments.get(key);
    if (!isFirst && found !== undefined) throw assignmentConflict(this.store, from, found);
  }

  async countByBucket(): Promise<ReadonlyMap<BucketId, number>> {
    await this.catchUp();
    return countAssignments(this.assignments.values());
  }

  /** Whether it was the first that replaced what it replaces. */
  private async change(change: Change): Promise<boolean> {
    this.asked.set(change.revision, false);
    try {
      await mkdir(dirname(this.path), { recursive: true });
      const file = await open(this.path, 'a');
      try {
        // A line feed before it too: what a process that died left half-written must not swallow this line.
        await file.write(`\n${JSON.stringify(change)}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
      await this.catchUp();
      return this.asked.get(change.revision) === true;
    } finally {
      this.asked.delete(change.revision);
    }
  }

  /** Reads what was appended since the last time. One after the other: a line counts once. */
  private catchUp(): Promise<void> {
    const read = this.reading.then(() => this.readOn());
    this.reading = read.catch(() => undefined);
    return read;
  }

  private async readOn(): Promise<void> {
    let file: FileHandle;
    try {
      file = await open(this.path, 'r');
    } catch (error) {
      // Nothing was ever assigned.
      if (isSystemError(error, 'ENOENT')) return;
      throw error;
    }
    try {
      const { size } = await file.stat();
      if (size <= this.offset) return;
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(size - this.offset),
        0,
        size - this.offset,
        this.offset,
      );
      const end = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
      this.offset += end;
      for (const line of buffer.toString('utf8', 0, end).split('\n')) this.apply(line);
    } finally {
      await file.close();
    }
  }

  private apply(line: string): void {
    const change = readChange(line);
    if (change === undefined) return;
    const { key, bucket, revision, from } = change;
    if ((this.assignments.get(key)?.revision ?? null) !== from) return;
    if (bucket === null) this.assignments.delete(key);
    else this.assignments.set(key, { bucket, revision });
    if (this.asked.has(revision)) this.asked.set(revision, true);
  }
}

/** `undefined` for what is no change: an empty line, or one that was never written to its end and so never counted. */
function readChange(line: string): Change | undefined {
  // Every other line is empty: an exception for each would be most of the work.
  if (line === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'key' in value && 'revision' in value
      ? (value as Change)
      : undefined;
  } catch {
    return undefined;
  }
}
