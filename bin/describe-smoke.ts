import type { SmokeReport } from '../lib/smoke';

/** `main 9/9, posts 8/8`: passed of those that were not skipped. */
export function describeSmoke({ outcomes }: SmokeReport): string {
  const stores = [...new Set(outcomes.map(({ store }) => store))];
  return stores
    .map((store) => {
      const made = outcomes.filter((outcome) => outcome.store === store && outcome.status !== 'skipped');
      return `${store} ${made.filter(({ status }) => status === 'passed').length}/${made.length}`;
    })
    .join(', ');
}
