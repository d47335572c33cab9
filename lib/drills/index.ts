export type { Drill, DrillName, DrillNeeds } from './drill';
export * from './drill-report';
export * from './drill-text';
export { openDrillTier, type DrillTier } from './drill-tier';
export * from './drills';
export * from './hold-drill';
export * from './last-drill';
export type { DrillFact, DrillStep, DrillStepKind, DrillTimes } from './rehearsal';
export { canHaveOwnMounts, noSmallDisk, OWN_MOUNTS } from './small-disk';
