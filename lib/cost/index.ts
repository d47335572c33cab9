export * from './cost-estimate';
export * from './estimate-tier';
export * from './render-cost';
