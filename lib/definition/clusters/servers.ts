import type { ClusterStageStore } from '../stores/in-stage';

type Option = 'class' | 'capacity' | 'readers' | 'scaleOut' | 'slowOperationMs';

/** Where a path begins says who wrote it: `stores` or `stages`. */
const layerOf = (store: ClusterStageStore, option: Option): string | undefined => store.origin(option)[0];

/** Whether one layer, the store or the stage, says both options. */
export function saysBoth(store: ClusterStageStore, one: Option, other: Option): boolean {
  const options: Partial<Record<Option, unknown>> = store.options;
  return options[one] !== undefined && options[other] !== undefined && layerOf(store, one) === layerOf(store, other);
}

/** Whether an option counts against another: a stage's word before the store's own. */
function counts(store: ClusterStageStore, option: Option, against: Option): boolean {
  const options: Partial<Record<Option, unknown>> = store.options;
  if (options[option] === undefined) return false;
  return (
    options[against] === undefined || !(layerOf(store, against) === 'stages' && layerOf(store, option) === 'stores')
  );
}

/** Whether a stage has an elastic cluster: what a store says of servers is for its other stages then. */
export const isElastic = (store: ClusterStageStore): boolean =>
  counts(store, 'scaleOut', 'class') && counts(store, 'scaleOut', 'capacity');

/** Whether servers scale by themselves. */
export const isServerless = (store: ClusterStageStore): boolean => counts(store, 'capacity', 'class');
