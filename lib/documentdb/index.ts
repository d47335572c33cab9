export { connectDocumentDb, tlsOf, type DocumentConnection } from './connect';
export type { DocumentClient, DocumentClientOptions, DocumentDatabase } from './client';
export { describeDocumentServer, type DescribedDocumentServer } from './describe-server';
