import { Arn, ArnFormat } from 'aws-cdk-lib';
import type { GivenName } from '../inventory';
import type { Store } from './store';

/** Names that AWS gives to what alarms watch, from the ARNs by which access knows tables too. */
export const givenNames =
  (stores: readonly Store[]): GivenName =>
  (store, of) => {
    const found = stores.find(({ name }) => name === store);
    const arn = of === 'elasticCluster' ? found?.elasticClusterArn : found?.[of]?.tableArn;
    if (arn === undefined) throw new TypeError('alarms watch what their store does not have');
    return Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME).resourceName ?? '';
  };
