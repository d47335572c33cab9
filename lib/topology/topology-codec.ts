import { describeFaults, documentWords, invalidDocument } from '../errors';
import { TOPOLOGY_VERSION, type Topology } from './topology';
import { topologySchema } from './topology-schema';

/** The topology as JSON text, indented for people. */
export function encodeTopology(topology: Topology): string {
  return `${JSON.stringify(topology, null, 2)}\n`;
}

/**
 * Reads what {@link encodeTopology} wrote. `source` names where the text came from, for messages.
 * @throws {PolystoreError} DOCUMENT_INVALID for another version or shape
 */
export function decodeTopology(text: string, source: string): Topology {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidDocument('topology', source, 'not JSON', NEXT);
  }
  const parsed = topologySchema.safeParse(value, { error: documentWords });
  if (parsed.success) return parsed.data;
  throw invalidDocument('topology', source, describeFaults(parsed.error), NEXT);
}

const NEXT = `This version reads topologies of version ${TOPOLOGY_VERSION}; deploy or start the tier with the same version of the kit.`;
