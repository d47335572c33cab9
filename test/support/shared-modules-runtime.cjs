const { statSync } = require('node:fs');
const { dirname } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

const SHARED = /^(?:aws-cdk-lib|constructs|cdk-nag|zod)(?:\/|$)/;

// Each suite evaluates modules anew, so almost no function runs long enough to repay what optimizing it costs.
setFlagsFromString(
  process.versions.v8.startsWith('11.') ? '--interrupt-budget=1000000' : '--invocation-count-for-turbofan=30000',
);

/** Scripts of modules, by file: a worker compiles each once and runs it in the context of each suite. */
const scripts = new Map();

const scriptOf = (source, filename, parameters) => {
  const known = scripts.get(filename);
  if (known?.source === source) return known.script;
  const head = `(function (${parameters.join(', ')}) {`;
  const script = new Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
  scripts.set(filename, { source, script });
  return script;
};

/** What modules were transformed to, by file: a worker reads, hashes and transforms each once. */
const transformed = new Map();

/** Makes a suite's cache of transformed modules answer from that of the worker, as long as the file is the same. */
function shareTransforms(cache) {
  const { transform } = cache;
  cache.transform = (filename, options) => {
    const isInternal = options?.isInternalModule === true;
    const { mtimeMs, size } = statSync(filename);
    const known = transformed.get(filename);
    if (known?.mtimeMs === mtimeMs && known.size === size && known.isInternal === isInternal) {
      const { code, file } = known;
      if (file !== undefined) {
        cache.transforms.set(filename, file);
        if (file.sourceMapPath) cache.sourceMaps.set(filename, file.sourceMapPath);
      }
      return code;
    }
    const code = transform.call(cache, filename, options);
    const file = isInternal ? undefined : cache.transforms.get(filename);
    transformed.set(filename, { mtimeMs, size, isInternal, code, file });
    return code;
  };
}

/**
 * Jest compiles and evaluates each module anew for each suite. The CDK and the schema library are large, and keep nothing that a suite could leave for
 * another: a worker loads them once, as Node does. All others are evaluated anew, but read, transformed and compiled once.
 */
module.exports = class SharedModulesRuntime extends Runtime {
  constructor(...options) {
    super(...options);
    const { executor, transformCache } = this;
    if (typeof executor?.compile !== 'function' || typeof transformCache?.transform !== 'function')
      throw new Error(
        'shared-modules-runtime.cjs knows another jest-runtime: executor.compile, transformCache.transform',
      );
    shareTransforms(transformCache);
    executor.compile = (source, filename) => {
      const context = executor.environment.getVmContext();
      return context === null
        ? null
        : scriptOf(source, filename, executor.injectedModuleParameters).runInContext(context);
    };
  }

  requireModuleOrMock(from, moduleName) {
    if (!SHARED.test(moduleName)) return super.requireModuleOrMock(from, moduleName);
    return require(require.resolve(moduleName, { paths: [dirname(from)] }));
  }
};
