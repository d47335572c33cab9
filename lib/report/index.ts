export * from './proof-page';
export * from './proof-report';
