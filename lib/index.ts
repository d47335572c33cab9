/**
 * What a tier file imports. Constructs are at `cdk-polystore/constructs`, the CDK app of a tier at `cdk-polystore/stacks`,
 * the tier on this machine at `cdk-polystore/local`, its proof at `cdk-polystore/smoke`.
 */
export * from './definition';
export * from './errors';
