const Module = require('node:module');
const { dirname, join } = require('node:path');

const CORE = join(dirname(require.resolve('aws-cdk-lib')), 'core/lib');
const { TokenMap } = require(join(CORE, 'private/token-map.js'));
const { CfnReference } = require(join(CORE, 'private/cfn-reference.js'));
const { Intrinsic } = require(join(CORE, 'private/intrinsic.js'));
const { Reference } = require(join(CORE, 'reference.js'));

// It notes where each finding was acknowledged, through what jest does to a stack: a twentieth of the time of all synthesis, and no test reads it.
require(join(CORE, 'private/stack-trace.js')).enhancedStackTrace = () => [];

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

/** Whether a value leads to no construct, and to no object of a suite: a constant that the CDK made when somebody first asked, and remembers. */
function isOfCdkAlone(value) {
  if (typeof value === 'function') return false;
  if (value === null || typeof value !== 'object') return true;
  if (value instanceof Reference) return false;
  // What a suite makes has prototypes of its own.
  const isKnown = Array.isArray(value) ? value instanceof Array : value.constructor === Object;
  return (isKnown || value instanceof Intrinsic) && Object.values(value).every(isOfCdkAlone);
}

/**
 * The CDK keeps every token and reference of its process, and with them each app that a suite made and the suite's own modules: over a run, more
 * than a gigabyte a worker, which the collector of garbage walks again and again.
 */
exports.forgetApps = () => {
  const { stringTokenMap, numberTokenMap } = TokenMap.instance();
  for (const [key, token] of stringTokenMap)
    if (!constants.has(key) && !isOfCdkAlone(token)) stringTokenMap.delete(key);
  for (const [key, token] of numberTokenMap) if (!isOfCdkAlone(token)) numberTokenMap.delete(key);
  CfnReference.referenceTable.clear();
};
