import { usesOf } from '../provision/target-database';
import type { Access, DocumentDbTopology } from '../topology';
import { SmokeFailure, type Check, type Evidence } from './check';
import { onServer, refusalOf, SMOKE_DATABASE, UNAUTHORIZED, type DocumentDbUnderTest } from './documentdb';
import { standsInWithout } from './stand-in';
import type { Users } from './users';

/** Nobody keeps anything in it: what is asked of it shows rights and nothing else. */
const COLLECTION = 'polystore_smoke';

/** Each service in the services table holds its rights, in its database and in no other. */
export function documentDbAccessChecks(
  users: Users,
  store: DocumentDbUnderTest,
  topology: Pick<DocumentDbTopology, 'database' | 'secrets'>,
): readonly Check[] {
  return Object.entries(usesOf(users.topology, store.store)).map(([service, access]) =>
    holdsRights(users, store, { service, access, topology }),
  );
}

interface User {
  readonly service: string;
  readonly access: Access;
  readonly topology: Pick<DocumentDbTopology, 'database' | 'secrets'>;
}

function holdsRights(users: Users, store: DocumentDbUnderTest, { service, access, topology }: User): Check {
  return {
    name: 'holds-rights',
    store: store.store,
    subject: `${store.store} as ${service}`,
    promise: `Service ${service} logs in and may ${access}, no less and no more.`,
    run: async (): Promise<Evidence> => {
      const secret = topology.secrets.services[service];
      if (secret === undefined) throw new SmokeFailure('the topology does not say how the service logs in');
      const login = await users.secrets.read(secret);
      const refused = await onServer(
        store,
        store.primary,
        async (client) => {
          const own = client.db(topology.database).collection(COLLECTION);
          const other = client.db(SMOKE_DATABASE).collection(COLLECTION);
          // None of them finds anything, and none makes anything.
          const acts = {
            reads: () => own.findOne({ run: 'none' }),
            writes: () => own.deleteMany({ run: 'none' }),
            elsewhere: () => other.findOne({ run: 'none' }),
          };
          const names: string[] = [];
          for (const [name, act] of Object.entries(acts)) {
            const code = await refusalOf(act);
            if (code !== undefined && code !== UNAUTHORIZED) {
              throw new SmokeFailure(`${name}: refused for another reason`, { evidence: { code } });
            }
            if (code === UNAUTHORIZED) names.push(name);
          }
          return names;
        },
        login,
      );
      const missing = standsInWithout(store, 'roles');
      if (missing !== undefined) throw missing;
      const expected = access === 'read' ? ['writes', 'elsewhere'] : ['elsewhere'];
      if (refused.join() === expected.join()) return { access, refused };
      throw new SmokeFailure(`refused: ${refused.join(', ') || 'nothing'}, where it may ${access}`, {
        evidence: { access, refused },
      });
    },
  };
}
