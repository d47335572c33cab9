import type { InstanceClass, PostgresEngineOffering } from '../catalog';
import type { TierDefinition } from '../definition';

/** A server of a database that is imported. */
export interface ImportedServerOf {
  readonly store: string;
  /** Within the store: `primary`, or a replica's name. */
  readonly name: string;
  readonly engine: PostgresEngineOffering;
  /** `DBInstanceIdentifier`. Absent where nobody said: CloudWatch can't be asked for it. */
  readonly identifier?: string;
  /** Absent where nobody said. */
  readonly class?: InstanceClass;
  readonly maxConnections?: number;
  /** Whether it may be behind another server of its store. */
  readonly follows: boolean;
}

/** The servers of every imported database of a tier. */
export function importedServers({ stores }: TierDefinition): readonly ImportedServerOf[] {
  return Object.values(stores).flatMap((store): ImportedServerOf[] => {
    if (store.kind !== 'postgres' || store.origin?.kind !== 'imported') return [];
    const { engine, primary, replicas, maxConnections } = store.origin;
    const common = { store: store.name, engine, ...(maxConnections !== undefined && { maxConnections }) };
    const others = Object.entries(replicas);
    return [
      // Any server of an Aurora cluster may become the writer, and its writer a reader.
      { ...common, name: 'primary', ...named(primary), follows: engine === 'aurora-postgres' && others.length > 0 },
      ...others.map(([name, server]) => ({ ...common, name, ...named(server), follows: true })),
    ];
  });
}

const named = ({ identifier, class: name }: Pick<ImportedServerOf, 'identifier' | 'class'>) => ({
  ...(identifier !== undefined && { identifier }),
  ...(name !== undefined && { class: name }),
});
