import { connectDocumentDb, type DocumentConnection } from './connect';
import type { DocumentClientOptions } from './client';

/** What a server says of itself. */
export interface DescribedDocumentServer {
  /** As people call it: `MongoDB 7.0.14`, `FerretDB 1.24.2`. */
  readonly engine: string;
  /** Whether users may have less than all rights. */
  readonly hasRoles: boolean;
  /** Absent where it stands alone. `host:port` of each server, as the set itself names them. */
  readonly set?: { readonly name: string; readonly primary: string; readonly others: readonly string[] };
}

interface Hello {
  readonly setName?: string;
  readonly primary?: string;
  readonly hosts?: readonly string[];
}

/** Asks a server what it is. Rejects where it does not answer, or refuses the login. */
export async function describeDocumentServer(
  connection: Omit<DocumentConnection, 'replicaSet' | 'readsFrom'>,
  options: DocumentClientOptions,
): Promise<DescribedDocumentServer> {
  const client = await connectDocumentDb({ ...connection, replicaSet: undefined, readsFrom: 'primary' }, options);
  try {
    const admin = client.db('admin');
    const { version, ferretdbVersion } = (await admin.command({ buildInfo: 1 })) as {
      readonly version: string;
      readonly ferretdbVersion?: string;
    };
    const { setName, primary, hosts = [] } = (await admin.command({ hello: 1 })) as Hello;
    return {
      engine: ferretdbVersion === undefined ? `MongoDB ${version}` : `FerretDB ${ferretdbVersion.replace(/^v/, '')}`,
      hasRoles: ferretdbVersion === undefined,
      ...(setName !== undefined &&
        primary !== undefined && {
          set: { name: setName, primary, others: hosts.filter((host) => host !== primary) },
        }),
    };
  } finally {
    await client.close();
  }
}
