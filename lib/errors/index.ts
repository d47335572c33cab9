export * from './invalid-document';
export * from './not-installed';
export * from './polystore-error';
