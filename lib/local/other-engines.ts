import {
  isRelational,
  type RelationalKind,
  type StoreDefinition,
  type StoreKind,
  type TierDefinition,
} from '../definition';
import type { Credentials } from '../sources/secrets';
import type { AbsentStore, StoreTopology } from '../topology';
import { planDocumentDbStore } from './documentdb-store';
import { planDynamoDbStore } from './dynamodb-store';
import type { EngineRoom, RunningEngine } from './engine-room';
import { planNeptuneStore } from './neptune-store';
import type { PlannedServer } from './tier-plan';
import { planValkeyStore } from './valkey-store';

/** A store that is not relational, and what runs it on this machine. */
export interface PlannedStore {
  readonly store: string;
  readonly servers: readonly PlannedServer[];
  /** Whoever logs in, by the name of the secret. */
  readonly users: Readonly<Record<string, string>>;
  /** Logins that were given with a server of somebody else, by the name of the secret. @default - none */
  readonly given?: Readonly<Record<string, Credentials>>;
  /** Starts every server, or none. @throws {PolystoreError} ENGINE_FAILED, PORT_TAKEN, INTERRUPTED */
  start(
    room: EngineRoom,
    secrets: Readonly<Record<string, Credentials>>,
    signal?: AbortSignal,
  ): Promise<readonly RunningEngine[]>;
  topology(portOf: (server: PlannedServer) => number): StoreTopology;
}

type OtherKind = Exclude<StoreKind, RelationalKind>;

/** What a store is planned with. */
export interface StorePlace {
  readonly tier: TierDefinition;
  /** Directories of programs, as in PATH. */
  readonly searchPath: string;
  /** Of a server of somebody else, which counts before any program. Undefined where none was given. */
  readonly url: string | undefined;
}

type PlanStore<K extends OtherKind> = (
  store: Extract<StoreDefinition, { readonly kind: K }>,
  place: StorePlace,
) => Promise<PlannedStore | AbsentStore>;

/** What runs each kind here, or why nothing does. A kind without a row does not compile. */
const PLANS: { readonly [K in OtherKind]: PlanStore<K> } = {
  valkey: planValkeyStore,
  dynamodb: planDynamoDbStore,
  documentdb: planDocumentDbStore,
  neptune: planNeptuneStore,
};

/** The stores of a tier that are not relational: what runs them, and which of them nothing does. */
export interface OtherStores {
  readonly planned: readonly PlannedStore[];
  /** By name. */
  readonly absent: Readonly<Record<string, AbsentStore>>;
}

/**
 * Looks for what runs the stores of a tier that are not relational.
 * @param searchPath directories of programs, as in PATH
 * @param urls of servers that somebody else runs, by store
 * @throws {PolystoreError} ENGINE_FAILED where a server that was given is of no use
 */
export async function planOtherStores(
  definition: TierDefinition,
  searchPath: string,
  urls: Readonly<Record<string, string>>,
): Promise<OtherStores> {
  const others = Object.values(definition.stores).filter((store) => !isRelational(store));
  const plans = await Promise.all(
    others.map((store) => {
      // The row of a store's own kind takes that store, which the type checker can't follow through the table.
      const plan = PLANS[store.kind as OtherKind] as PlanStore<OtherKind>;
      return plan(store as Extract<StoreDefinition, { readonly kind: OtherKind }>, {
        tier: definition,
        searchPath,
        url: urls[store.name],
      });
    }),
  );
  return {
    planned: plans.filter((plan): plan is PlannedStore => 'start' in plan),
    absent: Object.fromEntries(
      plans.flatMap((plan, index): [string, AbsentStore][] =>
        'start' in plan ? [] : [[(others[index] as StoreDefinition).name, plan]],
      ),
    ),
  };
}
