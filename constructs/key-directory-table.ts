import type { Construct } from 'constructs';
import { RecordTable, type RecordTableProps } from './record-table';

/**
 * Where a sharded store of strategy `directory` keeps which bucket each key is in: an item a key. Without its item a key is lost among the
 * shards.
 */
export class KeyDirectoryTable extends RecordTable {
  constructor(scope: Construct, id: string, props: RecordTableProps) {
    super(scope, id, 'key', props);
  }
}
