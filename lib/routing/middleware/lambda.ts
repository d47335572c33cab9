import { isPolystoreError } from '../../errors';
import {
  SessionCarrier,
  type AnswerHeader,
  type SessionMiddlewareOptions,
  type SessionOpener,
} from './session-carrier';

type Headers = Readonly<Record<string, string | undefined>>;

/** The events of API Gateway, function URLs and load balancers, as far as they are needed here. */
interface HttpEvent {
  readonly version?: string;
  readonly headers?: Headers | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly cookies?: readonly string[];
}

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly unknown[]>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
}

/**
 * Wraps the handler of a Lambda: a session an invocation, carried by cookie or header as {@link expressSession} does, for HTTP events of API Gateway
 * (1.0 and 2.0), function URLs and load balancers. An invocation by anything else is a session of its own, and its answer is left as it is.
 * A token that is refused answers 400.
 * @throws {TypeError} where the router has no `tokenKey` @throws {RangeError} for an option out of its range
 */
export function lambdaSession(
  router: SessionOpener,
  options: SessionMiddlewareOptions = {},
): <E, C, R>(handler: (event: E, context: C) => Promise<R>) => (event: E, context: C) => Promise<R> {
  const carrier = new SessionCarrier(router, options);
  return (handler) => async (event, context) => {
    const http = httpEvent(event);
    if (!http) return router.session().run(() => handler(event, context));
    let session;
    try {
      session = carrier.open((name) => headerOf(http, name));
    } catch (error) {
      // What the handler answers otherwise is HTTP, too.
      return refusal(error) as Awaited<ReturnType<typeof handler>>;
    }
    const answer = await session.run(() => handler(event, context));
    const header = session.answerHeader();
    return header ? (withHeader(http, answer, header) as typeof answer) : answer;
  };
}

function httpEvent(event: unknown): HttpEvent | undefined {
  if (typeof event !== 'object' || event === null || !('requestContext' in event)) return undefined;
  return 'headers' in event || 'multiValueHeaders' in event ? (event as HttpEvent) : undefined;
}

function headerOf(event: HttpEvent, wanted: string): string | readonly string[] | undefined {
  if (wanted === 'cookie' && event.cookies) return event.cookies;
  const found = (headers: Readonly<Record<string, unknown>> | null | undefined): unknown =>
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
  return (found(event.multiValueHeaders) ?? found(event.headers)) as string | readonly string[] | undefined;
}

/** Whatever is no answer with a status, format 2.0 makes the body of a 200. */
function withHeader(event: HttpEvent, answer: unknown, [name, value]: AnswerHeader): unknown {
  const isHttp = typeof answer === 'object' && answer !== null && 'statusCode' in answer;
  if (!isHttp && event.version !== '2.0') return answer;
  const http: HttpAnswer = isHttp
    ? (answer as HttpAnswer)
    : { statusCode: 200, headers: JSON_BODY, body: JSON.stringify(answer) };
  if (name === 'set-cookie' && event.version === '2.0') return { ...http, cookies: [...(http.cookies ?? []), value] };
  if (!event.multiValueHeaders) return { ...http, headers: { ...http.headers, [name]: value } };
  const { multiValueHeaders } = http as HttpAnswer;
  const key = Object.keys(multiValueHeaders ?? {}).find((one) => one.toLowerCase() === name) ?? name;
  return { ...http, multiValueHeaders: { ...multiValueHeaders, [key]: [...(multiValueHeaders?.[key] ?? []), value] } };
}

const JSON_BODY = { 'content-type': 'application/json' };

function refusal(error: unknown): HttpAnswer {
  if (!isPolystoreError(error, 'TOKEN_INVALID')) throw error;
  return { statusCode: 400, headers: JSON_BODY, body: JSON.stringify({ code: error.code, message: error.message }) };
}
