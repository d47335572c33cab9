import type { IncomingMessage, ServerResponse } from 'node:http';
import { SessionCarrier, type SessionMiddlewareOptions, type SessionOpener } from './session-carrier';

type Next = (error?: unknown) => void;

/**
 * A session a request, for Express and whatever else calls `(request, response, next)`: handlers behind it, and all that they start, read what
 * they have written, and so does the client's next request. The token goes out with the headers of the answer: what is done after its first
 * byte was sent is not in it.
 * @throws {TypeError} where the router has no `tokenKey` @throws {RangeError} for an option out of its range
 */
export function expressSession(
  router: SessionOpener,
  options: SessionMiddlewareOptions = {},
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  const carrier = new SessionCarrier(router, options);
  return (request, response, next) => {
    let session;
    try {
      session = carrier.open((name) => request.headers[name]);
    } catch (error) {
      return next(error);
    }
    beforeHeaders(response, () => {
      const header = session.answerHeader();
      if (header) response.appendHeader(...header);
    });
    session.run(next);
  };
}

/** Calls `act` once, before the head of an answer is written, whoever writes it: `end`, the first `write`, a pipe, `flushHeaders`. */
function beforeHeaders(response: ServerResponse, act: () => void): void {
  const { writeHead } = response;
  response.writeHead = ((...parameters: Parameters<typeof writeHead>) => {
    response.writeHead = writeHead;
    if (!response.headersSent) act();
    return writeHead.apply(response, parameters);
  }) as typeof writeHead;
}
