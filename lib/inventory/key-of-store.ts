import type { StoreDefinition } from '../definition';
import type { ResourceCounts } from './resource-type';

/** The kit's own key; none where the definition names one that is there already. */
export function keyOf({ encryptionKeyArn }: StoreDefinition): ResourceCounts {
  return encryptionKeyArn === undefined ? { 'AWS::KMS::Key': 1, 'AWS::KMS::Alias': 1 } : {};
}
