export { connectDocumentDb, type DocumentConnection } from './connect';
export type { DocumentClient, DocumentClientOptions } from './client';
