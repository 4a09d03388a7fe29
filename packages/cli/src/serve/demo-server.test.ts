/** What the server answers over HTTP, in front of a model that is a few lines. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { MdpdError, type Batch, type Prediction } from '@mdpd/core';
import type { DemoAbout } from '@mdpd/report/demo/demo-about';
import { afterEach, expect, it } from 'vitest';
import { DemoServer } from './demo-server.ts';
import { KeptBatches } from './kept-batches.ts';
import { close, listen } from './listen.ts';
import { ModelQueue } from './model-queue.ts';
import { PrivateFolder } from './private-folder.ts';
import { limits } from './served-input.ts';
import { ServedModel, type ReadingModel } from './served-model.ts';

const hostile = '</script><img src=x onerror=alert(1)>';

const facts: DemoAbout = {
  title: hostile,
  task: 'text',
  input: 'text',
  labels: [hostile, 'b'],
  boxes: false,
  digits: false,
  runs: { where: 'browser', bytes: 1, runtime: '1.30.0' },
  limits,
};

/** Answers with what it was given, and encodes it as its length. */
class EchoModel implements ReadingModel {
  readonly given: string[] = [];
  before: () => Promise<void> = () => Promise.resolve();

  async predict(inputs: readonly string[]): Promise<Prediction[]> {
    this.given.push(...inputs);
    await this.before();
    return inputs.map((value) => ({
      value,
      probability: 1,
      top: [1, 2, 3, 4].map((each) => ({ value: String(each), probability: each / 10 })),
    }));
  }

  encode([input]: readonly string[]): Promise<Batch> {
    const data = Int32Array.of(input!.length, 7);
    return Promise.resolve({ size: 1, input: { ids: { data, shape: [1, 2], dtype: 'int32' } }, target: {} });
  }

  decode(output: Float32Array, { input }: Batch): Prediction[] {
    return [{ value: `${output.join(' ')} of ${String(input['ids']!.data[0])}` }];
  }
}

interface Started {
  readonly model: EchoModel;
  readonly folder: PrivateFolder;
  readonly port: number;
  readonly reported: unknown[];
  ask(options: AskOptions): Promise<Asked>;
}

interface AskOptions {
  readonly path: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  json(): { readonly error: Readonly<Record<string, string>> };
}

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function start(about: Partial<DemoAbout> = {}, most = 4): Promise<Started> {
  const reported: unknown[] = [];
  const demo = new DemoServer({ host: '127.0.0.1', report: (thrown) => reported.push(thrown) });
  const port = await listen(demo.server, 0, '127.0.0.1');
  const folder = new PrivateFolder();
  const model = new EchoModel();
  const queue = new ModelQueue({ most, milliseconds: 5000 });
  const served = new ServedModel({ model, outputs: 2, queue, folder, kept: new KeptBatches() });
  const file = path.join(folder.path, 'model.onnx');
  writeFileSync(file, 'weights');
  const files = { '/model.onnx': { file, type: 'application/octet-stream', version: 'v1' } };
  demo.serve({ model: served, about: { ...facts, ...about }, files });
  ends.push(async () => {
    await close(demo.server);
    folder.remove();
  });
  return { model, folder, port, reported, ask: (options) => ask(port, options) };
}

function ask(port: number, { path: place, method = 'GET', headers, body }: AskOptions): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: '127.0.0.1', path: place, method, headers }, (response) => {
      buffer(response).then((content) => {
        const { statusCode, headers: got } = response;
        const json = (): never => JSON.parse(content.toString()) as never;
        resolve({ status: statusCode!, headers: got, body: content, json });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const post = (place: string, body: string | Uint8Array, type = 'application/json'): AskOptions => ({
  path: place,
  method: 'POST',
  headers: { 'content-type': type },
  body,
});
const texts = (...inputs: string[]): string => JSON.stringify({ inputs });

it('answers as mdpd predict --json, three alternatives unless more are asked for', async () => {
  const { ask } = await start();
  const asked = await ask(post('/predict', texts('a', hostile)));
  expect(asked.status).toBe(200);
  expect(asked.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(asked.headers['server-timing']).toMatch(/^predict;dur=\d+\.\d$/u);
  expect(asked.json()).toMatchObject([
    { input: 'a', value: 'a', probability: 1, top: { length: 3 } },
    { input: hostile, value: hostile },
  ]);
  const more = await ask(post('/predict', JSON.stringify({ inputs: ['a'], top: 4 })));
  expect(more.json()).toMatchObject([{ top: { length: 4 } }]);
});

it('gives tensors, and reads what the browser computed of them, once', async () => {
  const { ask } = await start();
  const { body } = await ask(post('/encode', texts('four')));
  const head = body.readUInt32LE(0);
  const { id, tensors } = JSON.parse(body.subarray(4, 4 + head).toString()) as { id: string; tensors: [] };
  expect(tensors).toEqual([{ name: 'ids', dtype: 'int32', shape: [1, 2], start: 0 }]);
  expect(body.readInt32LE(4 + head)).toBe(4);
  const outputs = new Uint8Array(Float32Array.of(0.5, -2).buffer);
  const type = 'application/octet-stream';
  const wrong = await ask(post(`/decode?id=${id}`, outputs.subarray(0, 4), type));
  expect([wrong.status, wrong.json().error['code']]).toEqual([400, 'SERVE_INPUT']);
  const decoded = await ask(post(`/decode?id=${id}`, outputs, type));
  expect(decoded.json()).toEqual({ value: '0.5 -2 of 4' });
  const again = await ask(post(`/decode?id=${id}`, outputs, type));
  expect([again.status, again.json().error['code']]).toEqual([410, 'SERVE_GONE']);
  expect((await ask(post('/encode', texts('a', 'b')))).status).toBe(400);
});

it('hands images on as files of its own that are gone afterwards, whatever they are called', async () => {
  const { ask, model, folder } = await start({ input: 'image' });
  let content = '';
  model.before = () => {
    content = readFileSync(model.given[0]!, 'utf8');
    return Promise.resolve();
  };
  const body = new FormData();
  body.append('image', new File(['pixels'], '../../../etc/passwd'));
  const sent = new Response(body);
  const type = sent.headers.get('content-type')!;
  const asked = await ask(post('/predict', new Uint8Array(await sent.arrayBuffer()), type));
  expect(asked.json()).toMatchObject([{ input: '../../../etc/passwd' }]);
  expect(content).toBe('pixels');
  expect(path.dirname(model.given[0]!)).toBe(folder.path);
  expect(path.basename(model.given[0]!)).toMatch(/^[\da-f-]{36}\.png$/u);
  expect(existsSync(model.given[0]!)).toBe(false);
  expect(readdirSync(folder.path)).toEqual(['model.onnx']);
});

it('tells what is wrong with an input without a path of this machine, and of bugs nothing', async () => {
  const { ask, model, reported, folder } = await start({ input: 'image' });
  model.before = () =>
    Promise.reject(new MdpdError('IMAGE_UNREADABLE', 'not an image', { place: model.given.at(-1) }));
  const bad = await ask(post('/predict', 'pixels', 'image/png'));
  expect([bad.status, bad.json()]).toEqual([
    422,
    { error: { code: 'IMAGE_UNREADABLE', message: 'not an image', place: 'image' } },
  ]);
  expect(reported).toEqual([]);
  const bug = new TypeError(`at ${folder.path}`);
  model.before = () => Promise.reject(bug);
  const failed = await ask(post('/predict', 'pixels', 'image/png'));
  expect([failed.status, failed.json().error]).toEqual([
    500,
    { code: 'INTERNAL', message: 'the server failed; what happened stands in its terminal' },
  ]);
  expect(reported).toEqual([bug]);
});

it('refuses what is too large, said or sent', async () => {
  const { ask, port, model } = await start();
  const large = await ask(post('/predict', texts('a'.repeat(limits.textBytes))));
  expect([large.status, large.json().error['code'], large.headers.connection]).toEqual([
    413,
    'SERVE_TOO_LARGE',
    'close',
  ]);
  // In pieces, without saying how much there is.
  const chunk = 'a'.repeat(60_000);
  const raw = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let got = '';
    socket.setEncoding('utf8').on('data', (text: string) => (got += text));
    socket.on('close', () => resolve(got));
    socket.on('error', () => undefined);
    const head = 'content-type: application/json\r\ntransfer-encoding: chunked';
    socket.write(`POST /predict HTTP/1.1\r\nhost: localhost\r\n${head}\r\n\r\n`);
    for (let i = 0; i < 3; i++) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  });
  expect(raw).toMatch(/^HTTP\/1\.1 413 /u);
  expect(model.given).toEqual([]);
});

it('works on one request at a time, and refuses where enough wait', async () => {
  const { ask, model } = await start({}, 2);
  let go = (): void => undefined;
  const blocked = new Promise<void>((resolve) => (go = resolve));
  model.before = () => blocked;
  const waiting = [ask(post('/predict', texts('a'))), ask(post('/predict', texts('b')))];
  await expect.poll(() => model.given).toEqual(['a']);
  const polled = async (): Promise<number> => (await ask(post('/predict', texts('c')))).status;
  // The second may still be on its way.
  await expect.poll(polled).toBe(503);
  const refused = await ask(post('/predict', texts('c')));
  expect([refused.json().error['code'], refused.headers['retry-after']]).toEqual(['SERVE_BUSY', '1']);
  expect((await ask({ path: '/health' })).json()).toEqual({ status: 'ok' });
  go();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
});

it('answers under its own names alone, and no page of others', async () => {
  const { ask, model } = await start();
  const rebound = await ask({ path: '/about', headers: { host: 'evil.example' } });
  expect([rebound.status, rebound.json().error['code']]).toEqual([421, 'SERVE_HOST']);
  const { headers, ...rest } = post('/predict', texts('a'));
  const foreign = await ask({ ...rest, headers: { ...headers, origin: 'http://evil.example' } });
  expect([foreign.status, foreign.json().error['code']]).toEqual([403, 'SERVE_ORIGIN']);
  expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  expect(model.given).toEqual([]);
});

it.each([
  [{ path: '/nothing' }, 404, 'SERVE_NOT_FOUND'],
  [{ path: '/../../etc/passwd' }, 404, 'SERVE_NOT_FOUND'],
  [{ path: '/%2e%2e/model.onnx/..%2f..%2fetc/passwd' }, 404, 'SERVE_NOT_FOUND'],
  [{ path: '//evil.example/about' }, 404, 'SERVE_NOT_FOUND'],
  [{ path: '/predict' }, 405, 'SERVE_METHOD'],
  [{ path: '/', method: 'DELETE' }, 405, 'SERVE_METHOD'],
  [post('/predict', '{'), 400, 'SERVE_INPUT'],
  [post('/predict', 'a', 'text/plain'), 415, 'SERVE_TYPE'],
  [{ ...post('/predict', 'a'), headers: { 'content-encoding': 'gzip' } }, 415, 'SERVE_TYPE'],
] as [AskOptions, number, string][])('answers %j with %d', async (options, status, code) => {
  const { ask, reported } = await start();
  const asked = await ask(options);
  expect([asked.status, asked.json().error['code']]).toEqual([status, code]);
  expect(reported).toEqual([]);
});

it('says which methods there are', async () => {
  const { ask } = await start();
  expect((await ask({ path: '/predict' })).headers.allow).toBe('POST');
  expect((await ask({ path: '/', method: 'PUT' })).headers.allow).toBe('GET, HEAD');
  const head = await ask({ path: '/about', method: 'HEAD' });
  expect([head.status, head.body.length]).toEqual([200, 0]);
});

it('is told to come again while the model is opened', async () => {
  const demo = new DemoServer({ host: '127.0.0.1', report: () => undefined });
  const port = await listen(demo.server, 0, '127.0.0.1');
  ends.push(() => close(demo.server));
  const asked = await ask(port, { path: '/' });
  expect([asked.status, asked.json().error['code']]).toEqual([503, 'SERVE_BUSY']);
});

it('gives files, and says where the copy of the browser is still right', async () => {
  const { ask } = await start();
  const asked = await ask({ path: '/model.onnx' });
  expect([asked.status, asked.body.toString(), asked.headers.etag]).toEqual([200, 'weights', '"v1"']);
  const kept = await ask({ path: '/model.onnx', headers: { 'if-none-match': '"v1"' } });
  expect([kept.status, kept.body.length]).toEqual([304, 0]);
});

it('sends the headers that keep a browser from more, with everything', async () => {
  const { ask } = await start();
  const all = ['/', '/about', '/health', '/worker.js', '/model.onnx', '/nothing'];
  for (const place of all) {
    const { headers } = await ask({ path: place });
    expect(headers, place).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/u),
    });
  }
});

it('writes hostile names as text alone', async () => {
  const { ask } = await start();
  const { body } = await ask({ path: '/' });
  expect(body.toString()).not.toContain(hostile);
  expect(body.toString()).not.toContain('<img src=x');
  expect((await ask({ path: '/about' })).json()).toMatchObject({ labels: [hostile, 'b'], task: 'text' });
});
