import { decodeTopology, encodeTopology, type Topology } from '../topology';
import { readDocument, replaceFile } from './files';
import type { TopologySource } from './topology-source';

/** The topology of a tier on this machine: a JSON file. */
export class FileTopology implements TopologySource {
  constructor(private readonly path: string) {}

  async read(): Promise<Topology> {
    return decodeTopology(await readDocument('topology', this.path), this.path);
  }

  /** Publishes a topology in one step: readers see the old one or the new one. */
  async write(topology: Topology): Promise<void> {
    await replaceFile(this.path, encodeTopology(topology));
  }
}
