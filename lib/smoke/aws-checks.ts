import type { Topology } from '../topology';
import { SmokeSkip, type Check } from './check';
import type { CheckName } from './check-name';

/** What no SQL can show. */
const PROMISES = {
  'kms-encryption': 'Storage is encrypted with a key of the store.',
  'multi-az': 'A standby or a second server stands in another zone, as the profile says.',
} as const satisfies Partial<Readonly<Record<CheckName, string>>>;

const WHY_NOT: Readonly<Record<Topology['world'], string>> = {
  local: 'needs AWS',
  aws: 'no database can tell: the synthesized template is checked for it instead',
};

/** Promises that are kept outside of the database and so can't be proven over a database connection: always skipped, never passed. */
export function awsChecks(store: string, world: Topology['world']): readonly Check[] {
  return (Object.keys(PROMISES) as (keyof typeof PROMISES)[]).map((name) => ({
    name,
    store,
    subject: store,
    promise: PROMISES[name],
    run: () => Promise.reject(new SmokeSkip(WHY_NOT[world])),
  }));
}
