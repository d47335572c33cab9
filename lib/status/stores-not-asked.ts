import { isRelational, type TierDefinition } from '../definition';

/** Stores that no row of the status is about, in words: a store that is silently left out would look well. */
export const storesNotAsked = ({ stores }: TierDefinition): readonly string[] =>
  Object.values(stores)
    .filter((store) => !isRelational(store))
    .map(({ name, kind }) => `${name}: a store of kind ${kind} is not asked`);
