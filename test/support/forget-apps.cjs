const Module = require('node:module');
const { dirname, join } = require('node:path');

const CORE = join(dirname(require.resolve('aws-cdk-lib')), 'core/lib/private');
const { TokenMap } = require(join(CORE, 'token-map.js'));
const { CfnReference } = require(join(CORE, 'cfn-reference.js'));

/** Tokens of the CDK's own constants, such as Aws.ACCOUNT_ID: made while one of its modules loads, which happens once a worker. */
const constants = new Set();

let loading = 0;
const { load } = Module.prototype;
Module.prototype.load = function (filename) {
  loading += 1;
  try {
    load.call(this, filename);
  } finally {
    loading -= 1;
  }
};

const { registerStringKey } = TokenMap.prototype;
TokenMap.prototype.registerStringKey = function (token, displayHint) {
  const key = registerStringKey.call(this, token, displayHint);
  if (loading > 0) constants.add(key);
  return key;
};

/**
 * The CDK keeps every token and reference of its process, and with them each app that a suite made and the suite's own modules: over a run, more
 * than a gigabyte a worker, which the collector of garbage walks again and again.
 */
module.exports = function forgetApps() {
  const { stringTokenMap, numberTokenMap } = TokenMap.instance();
  for (const key of stringTokenMap.keys()) if (!constants.has(key)) stringTokenMap.delete(key);
  numberTokenMap.clear();
  CfnReference.referenceTable.clear();
};
