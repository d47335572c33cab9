const { TestEnvironment } = require('jest-environment-node');

/** Packages that a worker shares between suites read the process's own environment variables: a suite gets these instead of a copy, and leaves them as they were. */
module.exports = class SharedEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.variables = { ...process.env };
    this.global.process.env = process.env;
  }

  async teardown() {
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    await super.teardown();
  }
};
