/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.(ts|cjs)$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // Tier files import the kit by its name; here that is its source, as tsconfig.json says.
  moduleNameMapper: { '^cdk-polystore$': '<rootDir>/lib/index.ts' },
  runtime: '<rootDir>/test/support/shared-modules-runtime.cjs',
  testEnvironment: '<rootDir>/test/support/shared-environment.cjs',
  globalSetup: '<rootDir>/test/support/memory-disk.ts',
  globalTeardown: '<rootDir>/test/support/memory-disk-removal.ts',
  setupFiles: ['<rootDir>/test/support/environment.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/support/cloud-assemblies.ts'],
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  testTimeout: 60_000,
  // One more than the cores: many suites wait for servers.
  maxWorkers: 3,
};
