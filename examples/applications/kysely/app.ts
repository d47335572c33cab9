import express, { type Express } from 'express';
import { Kysely, PostgresDialect } from 'kysely';
import { expressSession, type Router } from '../../../packages/router';
import type tier from '../../../tier.config';

interface Tables {
  note: { id: number; text: string };
}

/** Notes with Kysely: one instance for the primary, one for replicas that have what the visitor wrote. */
export function createApp(router: Router<typeof tier>, cookie: { secure: boolean } = { secure: true }): Express {
  const app = express();
  app.use(expressSession(router, { cookie }), express.json());
  const main = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: router.main.pool() }) });
  const read = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: router.main.readPool() }) });

  app.post('/notes', async (request, response) => {
    const note = request.body as Tables['note'];
    await main.transaction().execute((tx) => tx.insertInto('note').values(note).execute());
    response.status(201).json(note);
  });
  app.get('/notes/:id', async (request, response) => {
    const found = await read.selectFrom('note').selectAll().where('id', '=', Number(request.params.id)).execute();
    if (found[0]) response.json(found[0]);
    else response.sendStatus(404);
  });
  return app;
}
