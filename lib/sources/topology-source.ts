import type { Topology } from '../topology';

/** Where a topology is read from. */
export interface TopologySource {
  /** @throws {PolystoreError} DOCUMENT_MISSING or DOCUMENT_INVALID */
  read(): Promise<Topology>;
}
