import express, { type Express } from 'express';
import { expressSession, type Router } from '../../../packages/router';
import type tier from '../../../tier.config';

/** Notes with plain pg. `POST /notes` writes to the primary; `GET /notes/:id` reads a replica that has what the visitor wrote. */
export function createApp(router: Router<typeof tier>, cookie: { secure: boolean } = { secure: true }): Express {
  const app = express();
  app.use(expressSession(router, { cookie }), express.json());
  const main = router.main.pool();
  const read = router.main.readPool();

  app.post('/notes', async (request, response) => {
    const { id, text } = request.body as { id: number; text: string };
    await main.query('insert into note (id, text) values ($1, $2)', [id, text]);
    response.status(201).json({ id, text });
  });
  app.get('/notes/:id', async (request, response) => {
    const { rows } = await read.query('select id, text from note where id = $1', [request.params.id]);
    if (rows[0]) response.json(rows[0]);
    else response.sendStatus(404);
  });
  return app;
}
