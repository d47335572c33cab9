export * from './invalid-document';
export * from './polystore-error';
