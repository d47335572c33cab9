import {
  SessionCarrier,
  type OpenedSession,
  type SessionMiddlewareOptions,
  type SessionOpener,
} from './session-carrier';

type Done = (error?: Error) => void;

interface Request {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface Reply {
  header(name: string, value: string): unknown;
}

/** Fastify, as far as it is needed here. */
interface Hooks {
  addHook(name: 'onRequest' | 'preValidation', hook: (request: Request, reply: Reply, done: Done) => void): unknown;
  addHook(name: 'onSend', hook: (request: Request, reply: Reply, payload: unknown, done: Done) => void): unknown;
}

/**
 * A session a request, as a plugin of Fastify: `await app.register(fastifySession(router))`. It is for all routes, those registered before it by the
 * same instance, too. Otherwise as {@link expressSession}.
 * @throws {TypeError} where the router has no `tokenKey` @throws {RangeError} for an option out of its range
 */
export function fastifySession(
  router: SessionOpener,
  options: SessionMiddlewareOptions = {},
): (app: Hooks, options: unknown, done: Done) => void {
  const carrier = new SessionCarrier(router, options);
  const sessions = new WeakMap<Request, OpenedSession>();
  const plugin = (app: Hooks, _options: unknown, done: Done): void => {
    app.addHook('onRequest', (request, _reply, next) => {
      try {
        const session = carrier.open((name) => request.headers[name]);
        sessions.set(request, session);
        session.run(next);
      } catch (error) {
        next(error as Error);
      }
    });
    // The body was read in between, by events of the socket, which know no session.
    app.addHook('preValidation', (request, _reply, next) => sessions.get(request)?.run(next));
    app.addHook('onSend', (request, reply, _payload, next) => {
      const header = sessions.get(request)?.answerHeader();
      if (header) reply.header(...header);
      next();
    });
    done();
  };
  // By this Fastify knows that the hooks are for the application, and not for the plugin's own routes.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
