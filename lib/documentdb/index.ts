export { connectDocumentDb, type DocumentConnection } from './connect';
export type { DocumentClient, DocumentClientOptions, DocumentDatabase } from './client';
