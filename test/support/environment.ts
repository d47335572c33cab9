// The CloudFormation validator costs 1.5 s a process; test/stacks/validation.test.ts turns it on for itself.
process.env['CDK_VALIDATION'] ??= 'false';
