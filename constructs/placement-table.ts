import type { Construct } from 'constructs';
import { RecordTable, type RecordTableProps } from './record-table';

/** Where a sharded store's placement lives while the system runs: one item, `store`. Without it no key finds its shard. */
export class PlacementTable extends RecordTable {
  constructor(scope: Construct, id: string, props: RecordTableProps) {
    super(scope, id, 'store', props);
  }
}
