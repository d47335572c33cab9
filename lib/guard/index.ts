export { type Baseline, type Decision, type ResourceBaseline, type StageBaseline } from './baseline';
export { decodeBaseline, encodeBaseline } from './baseline-codec';
export { baselineFileOf, readBaseline, writeBaseline } from './baseline-file';
export { compareWithBaseline, type StageComparison } from './compare-with-baseline';
export { acceptStages, guardStages, type StagesAsSynthesized } from './guard-tier';
export { countVerdicts, renderVerdicts } from './render-comparison';
export { readSynthesizedStacks, type SynthesizedStack } from './synthesized-stack';
export { sentenceOf, type Verdict, type VerdictKind } from './verdict';
