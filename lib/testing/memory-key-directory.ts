import type { BucketId } from '../placement';
import { assignmentConflict, countAssignments, type Assignment, type KeyDirectory } from '../sources/key-directory';

/** A key directory that lives as long as the process. */
export class MemoryKeyDirectory implements KeyDirectory {
  private readonly assignments = new Map<string, Assignment>();
  private changes = 0;

  constructor(private readonly store: string) {}

  find(key: string): Promise<Assignment | undefined> {
    return Promise.resolve(this.assignments.get(key));
  }

  async assign(key: string, bucket: BucketId, from: Assignment | undefined): Promise<Assignment> {
    this.require(key, from);
    const assignment = { bucket, revision: `${++this.changes}` };
    this.assignments.set(key, assignment);
    return assignment;
  }

  async remove(key: string, from: Assignment): Promise<void> {
    if (!this.assignments.has(key)) return;
    this.require(key, from);
    this.assignments.delete(key);
  }

  countByBucket(): Promise<ReadonlyMap<BucketId, number>> {
    return Promise.resolve(countAssignments(this.assignments.values()));
  }

  private require(key: string, expected: Assignment | undefined): void {
    const found = this.assignments.get(key);
    if (found?.revision !== expected?.revision) throw assignmentConflict(this.store, expected, found);
  }
}
