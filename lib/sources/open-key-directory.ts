import type { KeyDirectoryLocation } from '../topology';
import { DynamoDbKeyDirectory } from './dynamodb-key-directory';
import { FileKeyDirectory } from './file-key-directory';
import type { KeyDirectory } from './key-directory';

/** The key directory that a topology points at. */
export function openKeyDirectory(store: string, location: KeyDirectoryLocation): KeyDirectory {
  switch (location.kind) {
    case 'file':
      return new FileKeyDirectory(store, location.path);
    case 'dynamodb':
      return new DynamoDbKeyDirectory(store, location.table);
  }
}
