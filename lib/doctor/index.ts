export { diagnoseAws } from './diagnose-aws';
export { diagnoseDefinition } from './diagnose-definition';
export { diagnoseMachine, type Machine } from './diagnose-machine';
export { diagnoseOtherStores, type EngineSearch } from './diagnose-other-stores';
export { isHealthy, type Diagnosis, type Verdict } from './diagnosis';
export { renderDiagnoses } from './render-diagnoses';
