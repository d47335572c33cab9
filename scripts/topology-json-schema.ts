import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { TOPOLOGY_VERSION, type TopologyPart } from '../lib/topology';
import { PART_SCHEMAS } from '../lib/topology/part-schema';
import { endpoint, iam, secrets, server, topologySchema } from '../lib/topology/topology-schema';

// `node --import tsx scripts/topology-json-schema.ts`: writes the JSON schema of what a deployment publishes, from the schemas that the code reads by.

/** Where the schema is kept, from the project's root. */
export const TOPOLOGY_SCHEMA_FILE = 'docs/topology.schema.json';

/** What each part is, and the parameter that holds it. */
const PARTS: Readonly<Record<TopologyPart['part'], string>> = {
  tier: 'Parameter /<tier>/<stage>/tier: which stores count, and which services use them.',
  store: 'Parameter /<tier>/<stage>/stores/<store>: what a store is.',
  shards: 'Parameter /<tier>/<stage>/stores/<store>/shards/<stack>: the shards of one stack.',
  access: 'Parameter /<tier>/<stage>/access/<store>: who logs in to a store, and with what.',
  pool: 'Parameter /<tier>/<stage>/pools/<store>/<stack>: pooled ways to primaries and readers.',
};

const NAMED = {
  topology: [
    topologySchema,
    'The whole, as the parts make it and as the file topology.json of a tier on one machine has it.',
  ],
  server: [server, 'One server.'],
  endpoint: [endpoint, 'A way to a server. Pooled ones keep no state of a session.'],
  secrets: [secrets, 'Names of secrets, each of which holds { "username", "password" }; and who needs none.'],
  iam: [iam, 'Services that log in with tokens of IAM instead of a password.'],
} as const;

interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** The documents of a deployed tier as JSON Schema 2020-12: any part, or the whole. */
export function topologyJsonSchema(): JsonSchema {
  const registry = z.registry<{ id: string; description: string }>();
  for (const [id, [schema, description]] of Object.entries(NAMED)) registry.add(schema, { id, description });
  for (const [part, schema] of Object.entries(PART_SCHEMAS)) {
    registry.add(schema, { id: `${part}Part`, description: PARTS[part as TopologyPart['part']] });
  }
  const { schemas } = z.toJSONSchema(registry, { target: 'draft-2020-12', uri: (id) => `#/$defs/${id}` });
  const parts = Object.keys(PART_SCHEMAS).map((part) => `${part}Part`);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:cdk-polystore:topology:${TOPOLOGY_VERSION}`,
    title: 'Topology of a tier',
    description: `Version ${TOPOLOGY_VERSION} of what a deployment publishes in SSM Parameter Store: where everything is. See topology.md.`,
    oneOf: [...parts, 'topology'].map((id) => ({ $ref: `#/$defs/${id}` })),
    $defs: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutIdentity(schema)])),
  };
}

const IDENTITY = ['$schema', '$id', 'id'];

/** A definition within a document has neither a dialect nor an address of its own. */
function withoutIdentity(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !IDENTITY.includes(keyword)));
}

/** The schema as the file has it. */
export const topologySchemaText = (): string => `${JSON.stringify(topologyJsonSchema(), null, 2)}\n`;

if (require.main === module) writeFileSync(join(__dirname, '..', TOPOLOGY_SCHEMA_FILE), topologySchemaText());
