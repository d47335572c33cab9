import { z } from 'zod';
import { dotted, type Fault, type FaultPath } from './faults/fault';
import { isStoreKind, KINDS } from './stores/kinds';
import { suggestion } from './faults/nearest-name';
import type { NetworkOptions } from './network/schema';
import { readOptions } from './shape/read-options';
import { serviceOptions, serviceOverrides, type WrittenService } from './services/schema';
import { showValue } from './faults/show-value';
import { stageOptions, type StageOptions } from './stages/schema';
import { stageService, type StageService } from './services/in-stage';
import { stageStore, type StageStore } from './stores/in-stage';
import type { Access } from './services/service';
import type { Profile } from './stages/stage';
import type { StoreKind } from './tier';
import { isTable, prototypeFaults, type Table } from './shape/table';
import { tierOptions } from './tier-schema';

/** What a stage takes from the account that it stands in. */
export type StageEstate = Pick<
  StageOptions,
  'encryptionKey' | 'permissionsBoundary' | 'bootstrapQualifier' | 'namePrefix' | 'tags'
>;

/** A definition as far as it could be read: what the rules judge. Names are as written, good or bad. */
export interface TierDraft {
  readonly name: string | undefined;
  /** The tier's network, where it could be read. */
  readonly network: NetworkOptions | undefined;
  readonly stages: readonly StageDraft[] | undefined;
  readonly stores: readonly StoreDraft[] | undefined;
  readonly services: readonly ServiceDraft[];
}

export interface StageDraft {
  readonly name: string;
  readonly profile: Profile;
  readonly env: StageOptions['env'];
  readonly zones: readonly string[] | undefined;
  /** What the stage says itself: a stage that says nothing has the tier's network. */
  readonly network: NetworkOptions | undefined;
  readonly regions: StageOptions['regions'];
  readonly estate: StageEstate;
  readonly alarms: StageOptions['alarms'];
  /** Stores that the stage changes, by name, with the fixed options that it tries to change. */
  readonly overrides: readonly { readonly store: string; readonly fixed: readonly string[] }[];
  /** Every store whose kind is known, as this stage has it. */
  readonly stores: readonly StageStore[];
  /** Names of the services that the stage changes, known or not. */
  readonly changedServices: readonly string[];
  /** Every service, as this stage has it. */
  readonly services: readonly StageService[];
}

export interface StoreDraft {
  readonly name: string;
  readonly kind: StoreKind | undefined;
}

export interface ServiceDraft {
  readonly name: string;
  readonly uses: Readonly<Record<string, Access>>;
  readonly options: WrittenService;
}

const NOTHING: TierDraft = { name: undefined, network: undefined, stages: undefined, stores: undefined, services: [] };

type ReadStore = StoreDraft & { readonly options: Table };

/** Reads a definition that nobody has checked, and says what is wrong with its shape. */
export function readDraft(input: unknown): { readonly draft: TierDraft; readonly faults: readonly Fault[] } {
  if (isPromise(input)) {
    return {
      draft: NOTHING,
      faults: [{ path: [], message: 'got a promise, write: export default defineTier({ … })' }],
    };
  }
  const faults: Fault[] = [...prototypeFaults(input)];
  const read = <S extends z.ZodObject>(schema: S, value: unknown, path: FaultPath): Partial<z.infer<S>> => {
    const result = readOptions(schema, value, path);
    faults.push(...result.faults);
    return result.options ?? {};
  };

  const root = read(tierOptions, input, []);
  const stores = entries(root.stores).map(([name, value]): ReadStore => {
    const path = ['stores', name];
    const kind = readKind(value, path, faults);
    const options = kind === undefined ? {} : read(KINDS[kind].options, without(value, ['kind']), path);
    return { name, kind, options };
  });
  const services = entries(root.services).map(([name, value]): ServiceDraft => {
    const { uses = {}, ...options } = read(serviceOptions, value, ['services', name]);
    return { name, uses: uses as Record<string, Access>, options };
  });
  const stages = entries(root.stages).map(([name, value]): StageDraft => {
    const path = ['stages', name];
    const stage = read(stageOptions, value, path);
    // What the rules make of a stage whose profile can't be read: the profile that asks least.
    const profile = stage.profile ?? 'disposable';
    const changes = entries(stage.stores).map(([store, change]) => {
      const row = stores.find((known) => known.name === store);
      const fixed = fixedOptions(row, change);
      const at = [...path, 'stores', store];
      const options =
        row?.kind === undefined
          ? {}
          : read(overridesOf(row.kind), without(change, ['kind', ...KINDS[row.kind].fixed]), at);
      return { store, fixed, options };
    });
    const serviceChanges = new Map(
      entries(stage.services).map(
        ([service, change]) => [service, read(serviceOverrides, change, [...path, 'services', service])] as const,
      ),
    );
    const unread = new Set(faults.map((fault) => dotted(fault.path)));
    return {
      name,
      profile,
      env: stage.env,
      zones: stage.zones,
      network: stage.network,
      regions: stage.regions,
      estate: stage,
      alarms: stage.alarms,
      overrides: changes,
      stores: stores.flatMap(({ name: store, kind, options: base }) => {
        if (kind === undefined) return [];
        const overrides: Table = changes.find((change) => change.store === store)?.options ?? {};
        return [stageStore({ name: store, kind, stage: name, profile, base, overrides, unread })];
      }),
      changedServices: [...serviceChanges.keys()],
      services: services.map((service) => stageService(service, name, serviceChanges.get(service.name) ?? {})),
    };
  });

  const draft = {
    name: root.name,
    network: root.network,
    stages: root.stages === undefined ? undefined : stages,
    stores: root.stores === undefined ? undefined : stores,
    services,
  };
  return { draft, faults };
}

const isPromise = (value: unknown): boolean => isTable(value) && typeof value['then'] === 'function';

const entries = (table: object | undefined): [string, unknown][] => Object.entries(table ?? {});

function readKind(store: unknown, path: FaultPath, faults: Fault[]): StoreKind | undefined {
  const factories = oneOfThese(Object.values(KINDS).map((row) => row.factory));
  if (!isTable(store)) {
    faults.push({ path, message: `got ${showValue(store)}, allowed: ${factories}` });
    return undefined;
  }
  const kind = Object.hasOwn(store, 'kind') ? store['kind'] : undefined;
  if (typeof kind === 'string' && isStoreKind(kind)) return kind;
  const message =
    typeof kind === 'string'
      ? `unknown kind "${kind}", ${suggestion(kind, Object.keys(KINDS))}`
      : kind === undefined
        ? `no kind, write the store as ${factories}`
        : `got ${showValue(kind)} as kind, write the store as ${factories}`;
  faults.push({ path: [...path, 'kind'], message });
  return undefined;
}

/** `a, b or c`. */
const oneOfThese = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

/** A stage may repeat the kind of a store (the factories write it), not change it. */
function fixedOptions(store: ReadStore | undefined, change: unknown): readonly string[] {
  if (store?.kind === undefined || !isTable(change)) return [];
  const fixed = KINDS[store.kind].fixed.filter((key) => Object.hasOwn(change, key) && change[key] !== undefined);
  const otherKind = Object.hasOwn(change, 'kind') && change['kind'] !== store.kind;
  return otherKind ? ['kind', ...fixed] : fixed;
}

const overrides = new Map<StoreKind, z.ZodObject>();

/** What a stage may change of a store of a kind. */
function overridesOf(kind: StoreKind): z.ZodObject {
  const known = overrides.get(kind);
  if (known !== undefined) return known;
  const { options, fixed, factory } = KINDS[kind];
  const shape = Object.fromEntries(Object.entries(options.shape).filter(([key]) => !fixed.includes(key)));
  const schema = z
    .strictObject(shape)
    .partial()
    .meta({ allowed: `options of ${factory}` });
  overrides.set(kind, schema);
  return schema;
}

function without(value: unknown, keys: readonly string[]): unknown {
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
