import { PrismaPg } from '@prisma/adapter-pg';
import express, { type Express } from 'express';
import { expressSession, type Router } from '../../../packages/router';
import type tier from '../../../tier.config';

/**
 * Notes over Prisma's driver adapter, called as a generated client calls it: the README beside this file says why, and how an application with a
 * client of its own looks.
 */
export function createApp(router: Router<typeof tier>, cookie: { secure: boolean } = { secure: true }): Express {
  const app = express();
  app.use(expressSession(router, { cookie }), express.json());
  const main = new PrismaPg(router.main.pool());
  const read = new PrismaPg(router.main.readPool());

  app.post('/notes', async (request, response) => {
    const { id, text } = request.body as { id: number; text: string };
    const tx = await (await main.connect()).startTransaction('READ COMMITTED');
    await tx.executeRaw({ sql: 'insert into note values ($1, $2)', args: [id, text], argTypes: [INT, TEXT] });
    await tx.executeRaw({ sql: 'COMMIT', args: [], argTypes: [] });
    await tx.commit();
    response.status(201).json({ id, text });
  });
  app.get('/notes/:id', async (request, response) => {
    const statement = 'select id, text from note where id = $1';
    const adapter = await read.connect();
    const { rows } = await adapter.queryRaw({ sql: statement, args: [request.params.id], argTypes: [INT] });
    if (rows[0]) response.json({ id: rows[0][0], text: rows[0][1] });
    else response.sendStatus(404);
  });
  return app;
}

const INT = { scalarType: 'int', arity: 'scalar' } as const;
const TEXT = { scalarType: 'string', arity: 'scalar' } as const;
