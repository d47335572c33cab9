import { LIMITS } from '../../catalog';
import { suggestion } from '../faults/nearest-name';
import { networkOfStage } from '../network/rules';
import { PROFILES } from './profile';
import { isRegionName } from '../regions/schema';
import { rule } from '../rule';

export const stageRules = [
  rule({
    id: 'some-stage',
    when: ({ stages }) => (stages?.length === 0 ? [{ path: ['stages'] }] : []),
    message: () => "a tier has at least one stage, as in { dev: { profile: 'disposable' } }",
  }),
  rule({
    id: 'override-of-known-store',
    when: ({ stages = [], stores }) =>
      stages.flatMap((stage) =>
        stage.overrides
          .filter(({ store }) => stores !== undefined && !stores.some(({ name }) => name === store))
          .map(({ store }) => ({
            path: ['stages', stage.name, 'stores', store],
            store,
            known: (stores ?? []).map(({ name }) => name),
          })),
      ),
    message: ({ store, known }) => `no store "${store}", ${suggestion(store, known)}`,
  }),
  rule({
    id: 'override-of-fixed-option',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) =>
        stage.overrides.flatMap(({ store, fixed }) =>
          fixed.map((option) => ({ path: ['stages', stage.name, 'stores', store, option], store, option })),
        ),
      ),
    message: ({ store, option }) =>
      `${option} can't differ between stages, it decides what the store is: set it in stores.${store}`,
  }),
  rule({
    id: 'zones-of-region',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) => {
        const region = stage.env?.region ?? regionOf(stage.zones?.[0] ?? '');
        return (stage.zones ?? []).flatMap((zone, index) =>
          regionOf(zone) === region ? [] : [{ path: ['stages', stage.name, 'zones', `${index}`], zone, region }],
        );
      }),
    message: ({ zone, region }) => `${zone} is not a zone of ${region}; all zones of a stage belong to its region`,
  }),
  rule({
    id: 'zones-differ',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) =>
        (stage.zones ?? []).flatMap((zone, index, zones) =>
          zones.indexOf(zone) === index ? [] : [{ path: ['stages', stage.name, 'zones', `${index}`], zone }],
        ),
      ),
    message: ({ zone }) => `${zone} is listed twice`,
  }),
  rule({
    id: 'zones-of-protected-stage',
    when: (draft) =>
      (draft.stages ?? []).flatMap((stage) => {
        if (stage.profile === 'disposable') return [];
        const { network } = networkOfStage(draft, stage);
        const own = { path: ['stages', stage.name], region: stage.env?.region ?? 'eu-west-1', ...stage, network };
        const elsewhere = Object.entries(stage.regions ?? {})
          .filter(([region]) => isRegionName(region))
          .map(([region, there]) => ({ path: ['stages', stage.name, 'regions', region], region, ...there }));
        // Subnets of a network that is there already have zones by a rule of their own.
        return [own, ...elsewhere].flatMap(({ path, region, ...place }) =>
          place.zones === undefined && place.network?.kind !== 'existingVpc'
            ? [{ path: [...path, 'zones'], region }]
            : [],
        );
      }),
    message: ({ region }) =>
      `missing, and a protected stage names its zones, since a subnet in "the first zone" moves, with its databases, when the account gets a zone: such as ['${region}a', '${region}b', '${region}c']`,
  }),
  rule({
    id: 'zone-count',
    when: ({ stages = [] }) =>
      stages.flatMap(({ name, profile, zones }) =>
        zones === undefined || zones.length >= PROFILES[profile].zones
          ? []
          : [{ path: ['stages', name, 'zones'], profile, count: zones.length }],
      ),
    message: ({ profile, count }) =>
      profile === 'protected'
        ? `got ${count}, a protected stage spans at least ${PROFILES.protected.zones} zones, so that losing one leaves two`
        : `got ${count}, a subnet group of RDS spans at least ${LIMITS.subnetGroupZones.value} zones`,
  }),
];

export const regionOf = (zone: string): string => zone.slice(0, -1);
