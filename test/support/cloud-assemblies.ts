import { CloudAssembly } from 'aws-cdk-lib/cx-api';

// What `aws-cdk-lib/testhelpers/jest-autoclean` does, for the CDK that a worker shares: that one loads a copy of its own, which has nothing to clean.
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());
