export { type CostChange } from './cost-change';
export { definitionChanges, type DefinitionChange } from './definition-changes';
export { stageOfStack } from './part-of';
export { COMMENT_MARKER, renderDiffPage } from './render-markdown';
export { renderStageDiff } from './render-terminal';
export { type ResourceChange } from './resource-changes';
export { diffStage, type PartDiff, type StageDiff, type StageSide } from './stage-diff';
