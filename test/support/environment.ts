// The CloudFormation validator costs 1.5 s a process; suites that assert what it says turn it on (template-rules.ts).
process.env['CDK_VALIDATION'] ??= 'false';
// Said once a process by the SDK on Node 20, and by nobody's fault here.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
