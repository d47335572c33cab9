import {
  isRelational,
  type RelationalKind,
  type StoreDefinition,
  type StoreKind,
  type TierDefinition,
} from '../definition';
import type { AbsentStore } from '../topology';

type OtherKind = Exclude<StoreKind, RelationalKind>;

/** Why no store of a kind runs on this machine, and what to do about it. A kind without a row does not compile. */
const ABSENT: { readonly [K in OtherKind]: Omit<AbsentStore, 'kind'> } = {
  valkey: {
    reason: 'the local tier starts no valkey-server yet',
    next: 'deploy the tier to have it proven',
  },
};

/** Stores of a tier that nothing runs on this machine, by name. */
export function absentStores({ stores }: TierDefinition): Readonly<Record<string, AbsentStore>> {
  return Object.fromEntries(
    Object.values(stores).flatMap((store: StoreDefinition): [string, AbsentStore][] =>
      isRelational(store) ? [] : [[store.name, { kind: store.kind, ...ABSENT[store.kind] }]],
    ),
  );
}
