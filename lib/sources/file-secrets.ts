import { PolystoreError } from '../errors';
import { readDocument, replaceFile } from './files';
import { decodeCredentials, type Credentials, type SecretSource } from './secrets';

/** Secrets of a tier on this machine: one JSON file, readable by its owner only. */
export class FileSecrets implements SecretSource {
  constructor(private readonly path: string) {}

  async read(name: string): Promise<Credentials> {
    const all: unknown = parse(await readDocument('secrets', this.path), this.path);
    const found = isRecord(all) ? all[name] : undefined;
    if (found === undefined) {
      throw new PolystoreError('DOCUMENT_MISSING', `no secret "${name}" in ${this.path}`, {
        details: { document: `secret ${name}`, source: this.path },
        next: 'The topology and the secrets are of different runs: start the tier again with `npx polystore up`.',
      });
    }
    return decodeCredentials(found, `${name} in ${this.path}`);
  }

  /** Replaces all secrets in one step. */
  async write(secrets: Readonly<Record<string, Credentials>>): Promise<void> {
    await replaceFile(this.path, `${JSON.stringify(secrets, null, 2)}\n`, 0o600);
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The cause is left out: JSON errors quote the text, and this text holds passwords.
    throw new PolystoreError('DOCUMENT_INVALID', `secrets at ${path} can't be read: not JSON`, {
      details: { document: 'secrets', source: path },
      next: 'Remove the file and start the tier again with `npx polystore up`.',
    });
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
