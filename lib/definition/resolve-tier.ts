import { LIMITS } from '../catalog';
import { resolveConnections } from './services/connections';
import { KINDS } from './stores/kinds';
import type { NetworkDefinition } from './network/vpc';
import type { NetworkOptions } from './network/schema';
import { DEFAULTS, PROFILES } from './stages/profile';
import type { RegionDefinition } from './regions/region';
import type { StageDefinition } from './stages/stage';
import type { ServiceDefinition } from './services/service';
import { principalsOf, type StageService } from './services/in-stage';
import type { StageStoreOf } from './stores/in-stage';
import type { StoreDefinition, StoreKind, TierDefinition } from './tier';
import type { StageDraft, TierDraft } from './tier-draft';

/** Fills in every default of a draft that has no fault. */
export function resolveTier(draft: TierDraft, stage: StageDraft): TierDefinition {
  if (draft.name === undefined) throw new TypeError('the tier has no name, and its schema did not notice');
  return {
    name: draft.name,
    stage: resolveStage(stage),
    network: resolveNetwork(stage.network ?? draft.network),
    stores: Object.fromEntries(
      stage.stores.map((store) => [store.name, resolveStore(store as StageStoreOf<StoreKind>, stage)]),
    ),
    services: Object.fromEntries(stage.services.map((service) => [service.name, resolveService(service, stage)])),
  };
}

function resolveNetwork(network: NetworkOptions | undefined): NetworkDefinition {
  if (network?.kind !== 'existingVpc') return { kind: 'newVpc', cidr: network?.cidr ?? DEFAULTS.cidr };
  const { dataRouteTableIds, ...existing } = network;
  return { ...existing, ...(dataRouteTableIds === undefined ? {} : { dataRouteTableIds }) };
}

function resolveStage({ name, profile, env, zones, regions, estate, alarms }: StageDraft): StageDefinition {
  const { permissionsBoundary, bootstrapQualifier, namePrefix, tags } = estate;
  return {
    name,
    profile,
    ...(env === undefined ? {} : { env }),
    zones: zones === undefined ? { count: PROFILES[profile].zones } : { names: zones },
    ...(regions === undefined ? {} : { regions: mapValues(regions, resolveRegion) }),
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    ...(bootstrapQualifier === undefined ? {} : { bootstrapQualifier }),
    ...(namePrefix === undefined ? {} : { namePrefix }),
    ...(tags === undefined ? {} : { tags }),
    ...(alarms === undefined ? {} : { alarms: resolveAlarms(alarms) }),
  };
}

function resolveAlarms({ topics: { page, ticket } = {}, thresholds = {} }: NonNullable<StageDraft['alarms']>) {
  return {
    topics: { ...(page !== undefined && { page }), ...(ticket !== undefined && { ticket }) },
    thresholds,
  };
}

function resolveRegion({ network, zones, encryptionKey }: WrittenRegion): RegionDefinition {
  return {
    network: resolveNetwork(network),
    zones: zones === undefined ? { count: LIMITS.subnetGroupZones.value } : { names: zones },
    ...(encryptionKey === undefined ? {} : { encryptionKeyArn: encryptionKey.arn }),
  };
}

type WrittenRegion = NonNullable<StageDraft['regions']>[string];

const mapValues = <T, U>(table: Readonly<Record<string, T>>, change: (value: T) => U): Readonly<Record<string, U>> =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value)]));

function resolveService(service: StageService, { env }: StageDraft): ServiceDefinition {
  const { name, uses, options } = service;
  const { client, authentication, connections } = options;
  // A group of the stage's own account is like any other, whoever says so.
  const account = client?.account === env?.account ? undefined : client?.account;
  return {
    name,
    uses,
    principals: principalsOf(service).map(({ arn }) => arn),
    ...(client === undefined
      ? {}
      : { client: { groupId: client.groupId, ...(account === undefined ? {} : { account }) } }),
    authentication: authentication?.kind ?? 'password',
    connections: resolveConnections(connections),
  };
}

function resolveStore<K extends StoreKind>(store: StageStoreOf<K>, { estate }: StageDraft): StoreDefinition {
  const resolved = KINDS[store.kind].resolve(store);
  const key = store.options.encryptionKey ?? estate.encryptionKey;
  return key === undefined ? resolved : { ...resolved, encryptionKeyArn: key.arn };
}
