import { App, type AppProps } from 'aws-cdk-lib';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { context as featureFlags } from '../../cdk.json';
import { WITHOUT_STACK_TRACES } from '../../lib/stacks/stack-traces';

/**
 * An app with the kit's feature flags, for tests that read templates: without the checks of createTierApp, which cost more than the templates, and
 * without copies of the functions' code, which no template tells from the code where it lies.
 */
export const plainApp = (props: AppProps = {}): App =>
  new App({
    context: { ...WITHOUT_STACK_TRACES, [DISABLE_ASSET_STAGING_CONTEXT]: true },
    postCliContext: featureFlags,
    treeMetadata: false,
    ...props,
  });
