export { connectDocumentDb, tlsOf, type DocumentConnection } from './connect';
export type { DocumentCredentials, DocumentLogin } from './follow-login';
export type { DocumentClient, DocumentClientOptions, DocumentDatabase } from './client';
export { describeDocumentServer, type DescribedDocumentServer } from './describe-server';
