import { SmokeSkip } from './check';

/**
 * A client that not every smoke test has: a Lambda holds no more than a megabyte.
 * @throws {SmokeSkip} where it is not installed
 */
export async function clientPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' && message.includes(`'${name}'`)) {
      throw new SmokeSkip(`this smoke test has no ${name}: run npx polystore smoke where it is installed`);
    }
    throw error;
  }
}
