export { lambdaBundle, type LambdaBundle } from './lambda-code';
export type { OperationsOptions, OnSmokeFailure } from './operations-stack';
export type { Store } from './store';
export { summarize, type Acknowledged, type Finding, type StackSummary, type TierSummary } from './summary';
export { TemplateRules } from './template-rules';
export { createTierApp, type TierAppProps } from './tier-app';
export { TierStage, type TierStageProps } from './tier-stage';
export { synthesizeTier, type TierStacks } from './tier-stacks';
