import { LIMITS } from '../../catalog';
import { isRelational } from '../relational/kinds';
import { rule } from '../rule';
import type { StageStore } from './in-stage';
import { storagePromisesText } from './storage-promises';

/** As long as every id of a key of KMS is, `mrk-…` too. */
const KEY_ID = '0'.repeat(36);
/** Of the prefix of parameters and of what is the same for every tier. */
const BESIDE_BYTES = 160;
const MOST_BYTES = LIMITS.functionEnvironmentBytes.value - BESIDE_BYTES;

export const environmentRules = [
  rule({
    id: 'storage-promises-fit',
    when: ({ stages = [] }) =>
      stages.flatMap(({ name, profile, stores }) => {
        const promised = profile === 'protected' ? stores.filter(hasStorage).map((store) => store.name) : [];
        const bytes = storagePromisesText(Object.fromEntries(promised.map((store) => [store, KEY_ID]))).length;
        return bytes > MOST_BYTES ? [{ path: ['stages', name], count: promised.length, bytes }] : [];
      }),
    message: ({ count, bytes }) =>
      `got ${count} databases, whose names and keys take ${bytes} bytes of the smoke test’s environment, allowed: up to ${MOST_BYTES}: shorten their names, or make two tiers of them`,
  }),
];

const hasStorage = (store: StageStore): boolean =>
  isRelational(store) && !(store.kind === 'postgres' && store.options.origin?.kind === 'imported');
