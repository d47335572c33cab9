import { LIMITS } from '../../catalog';
import { DEFAULTS, PROFILES } from '../stages/profile';
import { rule, storesOf } from '../rule';
import type { StageStoreOf } from '../stores/in-stage';
import type { TierDraft } from '../tier-draft';

const GP3_FROM = LIMITS.gp3ProvisionableFromGiB.value;

export const storageRules = [
  rule({
    id: 'storage-provisioned-iops',
    when: (draft) =>
      readableStorage(draft).flatMap(({ store, type, iops }) =>
        type !== 'gp3' && iops === undefined ? [{ path: store.origin('storage', 'type'), type }] : [],
      ),
    message: ({ type }) =>
      `${type} without iops: set storage.iops, allowed: integer ${LIMITS.provisionedIopsMin.value}–${LIMITS.provisionedIopsMax.value}`,
  }),
  rule({
    id: 'storage-provisioned-size',
    when: (draft) =>
      readableStorage(draft).flatMap(({ store, type, sizeGiB }) =>
        type !== 'gp3' && sizeGiB < LIMITS.provisionedStorageMinGiB.value
          ? [{ path: store.origin('storage', 'type'), type, sizeGiB }]
          : [],
      ),
    message: ({ type, sizeGiB }) =>
      `got ${type} with ${sizeGiB} GiB, which AWS offers from ${LIMITS.provisionedStorageMinGiB.value} GiB on: raise storage.sizeGiB, or take gp3`,
  }),
  rule({
    id: 'storage-iops-range',
    when: (draft) =>
      readableStorage(draft).flatMap(({ store, type, sizeGiB, iops }) => {
        if (iops === undefined || (type === 'gp3' && sizeGiB < GP3_FROM)) return [];
        const [least, most] = iopsRange(type, sizeGiB);
        return iops < least || iops > most
          ? [{ path: store.origin('storage', 'iops'), type, sizeGiB, iops, least, most }]
          : [];
      }),
    message: ({ type, sizeGiB, iops, least, most }) =>
      `got ${iops}, allowed for ${type} with ${sizeGiB} GiB: integer ${least}–${most}`,
  }),
  rule({
    id: 'storage-gp3-threshold',
    when: (draft) =>
      readableStorage(draft).flatMap(({ store, type, sizeGiB, iops, throughputMiBps }) =>
        type !== 'gp3' || sizeGiB >= GP3_FROM
          ? []
          : [...written(store, 'iops', iops), ...written(store, 'throughputMiBps', throughputMiBps)].map((breach) => ({
              ...breach,
              sizeGiB,
            })),
      ),
    message: ({ option, sizeGiB }) =>
      `got ${option} with gp3 of ${sizeGiB} GiB, which has 3000 IOPS and 125 MiB/s and no more: AWS lets you choose from ${GP3_FROM} GiB on; raise storage.sizeGiB, or take io1 or io2 for IOPS`,
  }),
  rule({
    id: 'storage-throughput-range',
    when: (draft) =>
      readableStorage(draft).flatMap(({ store, type, sizeGiB, throughputMiBps }) =>
        type === 'gp3' &&
        sizeGiB >= GP3_FROM &&
        throughputMiBps !== undefined &&
        throughputMiBps < LIMITS.gp3ThroughputMinMiBps.value
          ? [{ path: store.origin('storage', 'throughputMiBps'), throughputMiBps }]
          : [],
      ),
    message: ({ throughputMiBps }) =>
      `got ${throughputMiBps}, allowed: integer ${LIMITS.gp3ThroughputMinMiBps.value}–${LIMITS.gp3ThroughputMaxMiBps.value}`,
  }),
  rule({
    id: 'storage-throughput-of-gp3',
    when: (draft) =>
      readableStorage(draft).flatMap(({ store, type, throughputMiBps }) =>
        type === 'gp3' ? [] : written(store, 'throughputMiBps', throughputMiBps).map((breach) => ({ ...breach, type })),
      ),
    message: ({ type }) => `${type} has the throughput that its IOPS give: leave throughputMiBps out, or take gp3`,
  }),
];

/** Storage whose every part could be read, with what it is by default. */
function readableStorage(draft: TierDraft) {
  return storesOf(draft, 'postgres').flatMap((store) => {
    const parts = ['sizeGiB', 'type', 'iops', 'throughputMiBps'];
    if (!store.isRead('storage') || !parts.every((part) => store.isRead('storage', part))) return [];
    const {
      sizeGiB = PROFILES[store.profile].storageSizeGiB,
      type = DEFAULTS.storageType,
      ...rest
    } = store.options.storage ?? {};
    return [{ store, type, sizeGiB, iops: rest.iops, throughputMiBps: rest.throughputMiBps }];
  });
}

function iopsRange(type: 'gp3' | 'io1' | 'io2', sizeGiB: number): readonly [number, number] {
  if (type === 'gp3') return [LIMITS.gp3IopsMin.value, LIMITS.gp3IopsMax.value];
  const most = LIMITS.provisionedIopsMax.value;
  return [
    LIMITS.provisionedIopsMin.value,
    type === 'io1' ? Math.min(most, sizeGiB * LIMITS.io1IopsPerGiBMax.value) : most,
  ];
}

const written = (store: StageStoreOf<'postgres'>, option: string, value: number | undefined) =>
  value === undefined ? [] : [{ path: store.origin('storage', option), option }];
