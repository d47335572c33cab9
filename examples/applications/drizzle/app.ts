import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import express, { type Express } from 'express';
import { expressSession, type Router } from '../../../packages/router';
import type tier from '../../../tier.config';

const note = pgTable('note', { id: integer().primaryKey(), text: text().notNull() });

/** Notes with Drizzle: one instance for the primary, one for replicas that have what the visitor wrote. */
export function createApp(router: Router<typeof tier>, cookie: { secure: boolean } = { secure: true }): Express {
  const app = express();
  app.use(expressSession(router, { cookie }), express.json());
  const main = drizzle(router.main.pool());
  const read = drizzle(router.main.readPool());

  app.post('/notes', async (request, response) => {
    const one = request.body as typeof note.$inferInsert;
    await main.transaction((tx) => tx.insert(note).values(one));
    response.status(201).json(one);
  });
  app.get('/notes/:id', async (request, response) => {
    const [found] = await read
      .select()
      .from(note)
      .where(eq(note.id, Number(request.params.id)));
    if (found) response.json(found);
    else response.sendStatus(404);
  });
  return app;
}
