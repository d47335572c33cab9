import type { PlacementLocation } from '../topology';
import { DirectoryPlacement } from './directory-placement';
import { DynamoDbPlacement } from './dynamodb-placement';
import type { PlacementStore } from './placement-store';

/** The record that a topology points at. */
export function openPlacement(store: string, location: PlacementLocation): PlacementStore {
  switch (location.kind) {
    case 'directory':
      return new DirectoryPlacement(location.path);
    case 'dynamodb':
      return new DynamoDbPlacement(store, location.table);
  }
}
