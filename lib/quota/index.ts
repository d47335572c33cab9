export * from './needed-quotas';
