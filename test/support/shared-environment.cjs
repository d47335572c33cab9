const { TestEnvironment } = require('jest-environment-node');
const { forgetApps } = require('./shared-cdk.cjs');

// It makes process.cwd() remember its answer until process.chdir() is called. Suites get copies of both: loaded after the first of them, by the CDK that
// they share, it would never hear of that suite's calls, and lead all later ones to a folder that is gone.
require(require.resolve('graceful-fs', { paths: [require.resolve('aws-cdk-lib')] }));

/** Packages that a worker shares between suites read the process's own environment variables: a suite gets these instead of a copy, and leaves them as they were. What they load is WebAssembly of the process, too. */
module.exports = class SharedEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.variables = { ...process.env };
    this.global.process.env = process.env;
    this.global.WebAssembly = WebAssembly;
  }

  async teardown() {
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    forgetApps();
    await super.teardown();
  }
};
