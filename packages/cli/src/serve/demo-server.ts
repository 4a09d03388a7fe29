/** The server of a demo: which address gives what. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { demoPage, demoPolicy, demoWorker, workerPolicy } from '@mdpd/report/demo/demo-page';
import type { DemoAbout } from '@mdpd/report/demo/demo-about';
import { BodyReader } from './request-body.ts';
import { checkRequest } from './request-guard.ts';
import { isOurs, Refusal, toldError } from './refusal.ts';
import { send, sendFile, sendJson, type ServedFile } from './respond.ts';
import type { ServedModel } from './served-model.ts';
import { limits, mayHoldImage, readInputs, type ServedInputs } from './served-input.ts';

/** Who may ask, and who is told of failures. */
export interface ServerOptions {
  /** Address or name that the server listens on. */
  readonly host: string;
  /** Told what failed here and is no fault of the client. */
  report(thrown: unknown): void;
}

/** What is served. */
export interface DemoParts {
  readonly model: ServedModel;
  readonly about: DemoAbout;
  /** Files by path: the model for the browser, and the runtime. */
  readonly files: Readonly<Record<string, ServedFile>>;
}

/** A request that is being answered. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** Says that the client went away. */
  readonly gone: AbortSignal;
}

type Handler = (exchange: Exchange) => void | Promise<void>;
/** What an address answers, by method; HEAD is answered as GET. */
type Methods = Readonly<Partial<Record<'GET' | 'POST', Handler>>>;
type Routes = ReadonlyMap<string, Methods>;

/** Milliseconds for the head of a request, and for all of it. */
const headMilliseconds = 10_000;
const requestMilliseconds = 60_000;
const mostConnections = 64;

/** A server that can listen before there is something to serve, so that a port that is taken is found out at once. */
export class DemoServer {
  readonly server: Server;
  private routes: Routes | undefined;
  private readonly options: ServerOptions;

  constructor(options: ServerOptions) {
    this.options = options;
    this.server = createServer(
      { headersTimeout: headMilliseconds, requestTimeout: requestMilliseconds, keepAliveTimeout: 5000 },
      (request, response) => void this.answer(request, response),
    );
    this.server.maxConnections = mostConnections;
  }

  /** From now on requests are answered; before, they are told to come again. */
  serve(parts: DemoParts): void {
    this.routes = routesOf(parts);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.on('close', () => left.abort());
    try {
      checkRequest(request, this.options.host);
      const { pathname, searchParams } = addressOf(request);
      const handler = handlerOf(this.routes, pathname, request.method ?? '');
      await handler({ request, response, query: searchParams, gone: left.signal });
    } catch (thrown) {
      if (left.signal.aborted) return;
      if (isOurs(thrown)) this.options.report(thrown);
      // What has begun cannot become an error: the client sees that it breaks off.
      if (response.headersSent) return void response.destroy();
      const { status, headers, body } = toldError(thrown);
      sendJson(response, body, { status, headers });
    }
  }
}

function addressOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(url.replace(/^\/+/u, '/'), 'http://localhost');
  } catch {
    throw new Refusal(400, 'SERVE_INPUT', 'the address cannot be read');
  }
}

function handlerOf(routes: Routes | undefined, path: string, method: string): Handler {
  if (!routes) {
    const headers = { 'retry-after': '1' };
    throw new Refusal(503, 'SERVE_BUSY', 'the model is still being opened', { headers });
  }
  const methods = routes.get(path);
  if (!methods) {
    throw new Refusal(404, 'SERVE_NOT_FOUND', 'there is nothing at this address', {
      allowed: [...routes.keys()],
    });
  }
  const handler = method === 'GET' || method === 'HEAD' ? methods.GET : method === 'POST' && methods.POST;
  if (handler) return handler;
  const allowed = Object.keys(methods).flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]));
  throw new Refusal(405, 'SERVE_METHOD', 'this address is asked in another way', {
    allowed,
    headers: { allow: allowed.join(', ') },
  });
}

function routesOf({ model, about, files }: DemoParts): Routes {
  const html = demoPage(about);
  const bodies = new BodyReader();
  const inputsOf = <T>(
    { request, query }: Exchange,
    use: (inputs: ServedInputs) => Promise<T>,
  ): Promise<T> => {
    const limit = mayHoldImage(about.input) ? limits.imageBytes : limits.textBytes;
    const type = request.headers['content-type'];
    return bodies.read(request, limit, async (body) => use(await readInputs(body, type, query, about.input)));
  };
  const routes: Record<string, Methods> = {
    '/': { GET: ({ response }) => send(response, { type: htmlType, body: html, policy: demoPolicy }) },
    '/worker.js': { GET: ({ response }) => send(response, workerAnswer) },
    '/health': { GET: ({ response }) => sendJson(response, { status: 'ok' }) },
    '/about': { GET: ({ response }) => sendJson(response, about) },
    '/predict': { POST: (each) => inputsOf(each, (inputs) => predict(model, each, inputs)) },
    '/encode': { POST: (each) => inputsOf(each, (inputs) => encode(model, each, inputs)) },
    '/decode': {
      POST: ({ request, response, query }) =>
        bodies.read(request, limits.imageBytes, async (body) =>
          sendJson(response, model.decode(query.get('id') ?? '', body)),
        ),
    },
  };
  for (const [path, file] of Object.entries(files))
    routes[path] = { GET: ({ request, response }) => sendFile(request, response, file) };
  return new Map(Object.entries(routes));
}

const htmlType = 'text/html; charset=utf-8';
const workerAnswer = { type: 'text/javascript; charset=utf-8', body: demoWorker, policy: workerPolicy };

async function predict(
  model: ServedModel,
  { response, gone }: Exchange,
  inputs: ServedInputs,
): Promise<void> {
  const started = performance.now();
  const answers = await model.predict(inputs, gone);
  const took = (performance.now() - started).toFixed(1);
  sendJson(response, answers, { headers: { 'server-timing': `predict;dur=${took}` } });
}

async function encode(
  model: ServedModel,
  { response, gone }: Exchange,
  { inputs }: ServedInputs,
): Promise<void> {
  const [input, ...more] = inputs;
  if (more.length > 0) throw new Refusal(400, 'SERVE_INPUT', 'one input at a time is encoded');
  send(response, { type: 'application/octet-stream', body: await model.encode(input!, gone) });
}
