const NOT_FOUND: ReadonlySet<unknown> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/**
 * Says which package to install, where one is loaded that not everybody has: `import('iovalkey').catch(notInstalled('iovalkey'))`. Written like
 * this, bundlers take it for one that may be missing, and leave it out of the bundle of an application that has not installed it.
 * @throws {TypeError} where it is not there; what else became of loading it, as it is
 */
export const notInstalled =
  (name: string) =>
  (cause: unknown): never => {
    const isMissing =
      cause instanceof Error && 'code' in cause && NOT_FOUND.has(cause.code) && cause.message.includes(name);
    throw isMissing ? new TypeError(`the package ${name} is not installed: npm install ${name}`, { cause }) : cause;
  };
