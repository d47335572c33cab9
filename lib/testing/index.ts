export { openTestRouter, type TestRouter, type TestRouterOptions, type TestRouterSettings } from './open-test-router';
export type { TestService, TestShard, TestStore, TestStrategy, TestTier } from './test-tier';
