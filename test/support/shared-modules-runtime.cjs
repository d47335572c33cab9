const { dirname } = require('node:path');
const { default: Runtime } = require('jest-runtime');

const SHARED = /^(?:aws-cdk-lib|constructs|cdk-nag)(?:\/|$)/;

/** Jest evaluates each module anew for each suite. The CDK is large and keeps nothing that a suite could leave for another: a worker loads it once, as Node does. */
module.exports = class SharedModulesRuntime extends Runtime {
  requireModuleOrMock(from, moduleName) {
    if (!SHARED.test(moduleName)) return super.requireModuleOrMock(from, moduleName);
    return require(require.resolve(moduleName, { paths: [dirname(from)] }));
  }
};
