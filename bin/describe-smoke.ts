import type { SmokeReport } from '../lib/smoke';

/** `main 9/9, posts 8/8; not proven: sessions`: passed of those that were not skipped, and stores of which all were, since they do not run here. */
export function describeSmoke({ outcomes }: SmokeReport): string {
  const stores = [...new Set(outcomes.map(({ store }) => store))].map((store) => {
    const made = outcomes.filter((outcome) => outcome.store === store && outcome.status !== 'skipped');
    return { store, made: made.length, passed: made.filter(({ status }) => status === 'passed').length };
  });
  const proven = stores.filter(({ made }) => made > 0).map(({ store, made, passed }) => `${store} ${passed}/${made}`);
  const others = stores.filter(({ made }) => made === 0).map(({ store }) => store);
  return [proven.join(', '), ...(others.length > 0 ? [`not proven: ${others.join(', ')}`] : [])]
    .filter((part) => part !== '')
    .join('; ');
}
