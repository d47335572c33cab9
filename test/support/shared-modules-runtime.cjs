const { dirname } = require('node:path');
const { default: Runtime } = require('jest-runtime');

const SHARED = /^(?:aws-cdk-lib|constructs|cdk-nag|zod)(?:\/|$)/;

/**
 * Jest evaluates each module anew for each suite. The CDK and the schema library are large, and keep nothing that a suite could leave for another: a
 * worker loads them once, as Node does.
 */
module.exports = class SharedModulesRuntime extends Runtime {
  requireModuleOrMock(from, moduleName) {
    if (!SHARED.test(moduleName)) return super.requireModuleOrMock(from, moduleName);
    return require(require.resolve(moduleName, { paths: [dirname(from)] }));
  }
};
