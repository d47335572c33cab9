import { familyOf } from './store-family';
import type { RelationalTopology, StoreTopology } from './topology';

/** Whether a store is asked in SQL. */
export const isRelational = (store: StoreTopology): store is RelationalTopology => familyOf(store) === 'relational';
