/** `mdpd serve` as programs ask it: what it answers is what `mdpd predict` prints, with the model here or elsewhere. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prediction } from '@mdpd/core';
import type { DemoAbout } from '@mdpd/report/demo/demo-about';
import { close, listen } from '../serve/listen.ts';
import type { TensorHeader } from '../serve/tensor-message.ts';
import { writeTinyT5 } from '../testing/tiny-t5.ts';
import { expectFailure } from '../testing/expect-failure.ts';
import { createWorkspace, tinyRecipe, type Finished, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;

beforeAll(async () => {
  workspace = createWorkspace();
  // What the server writes for itself, apart from what others do at the same time.
  mkdirSync(workspace.path('tmp'));
  workspace.images('photos/train', ['ant', 'bee', 'cat'], 8);
  workspace.images('photos/test', ['ant', 'bee', 'cat'], 4);
  workspace.write('recipe.yaml', tinyRecipe);
  await succeed('train', 'recipe.yaml', '--out', 'run');
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await workspace.mdpd(...argv);
  expect(finished, finished.stderr).toMatchObject({ exitCode: 0 });
  return finished;
}

const predicted = async (...argv: string[]): Promise<unknown> =>
  JSON.parse((await succeed('predict', ...argv, '--json')).stdout);

interface Serving {
  readonly address: string;
  ask(place: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<Finished>;
}

/** Starts the server with a temporary folder of its own. */
function startHere(...argv: string[]): ReturnType<Workspace['start']> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = workspace.path('tmp');
  try {
    return workspace.start('serve', ...argv);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0, '127.0.0.1');
  await close(server);
  return port;
}

/** Starts the server and waits until it serves. */
async function serving(...argv: string[]): Promise<Serving> {
  const { child, finished } = startHere(...argv, '--port', '0');
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout!.on('data', (text: string) => {
      said += text;
      const found = /^Page\s+(\S+)$/mu.exec(said)?.[1];
      if (found) resolve(found);
    });
    void finished.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
  return {
    address,
    ask: (place, init) => fetch(new URL(place, address), init),
    stop: () => {
      child.kill('SIGINT');
      return finished;
    },
  };
}

const json = (inputs: readonly string[]): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ inputs }),
});

function form(...names: string[]): RequestInit {
  const body = new FormData();
  for (const name of names) body.append('image', new File([readFileSync(workspace.path(name))], name));
  return { method: 'POST', body };
}

const remains = (): string[] => readdirSync(workspace.path('tmp')).filter((name) => name.startsWith('mdpd'));

/** What a browser does with the tensors of an input and the model. */
async function runElsewhere({ ask }: Serving, init: RequestInit): Promise<Prediction> {
  const message = Buffer.from(await (await ask('encode', init)).arrayBuffer());
  const start = 4 + message.readUInt32LE(0);
  const header = JSON.parse(message.subarray(4, start).toString()) as TensorHeader;
  const feeds = header.tensors.map(({ name, dtype, shape, start: from }) => {
    const size = shape.reduce((product, each) => product * each, 1);
    const own = message.subarray(start + from).slice();
    const values =
      dtype === 'float32'
        ? new Float32Array(own.buffer, own.byteOffset, size)
        : BigInt64Array.from(new Int32Array(own.buffer, own.byteOffset, size), BigInt);
    return [name, new ort.Tensor(dtype === 'float32' ? 'float32' : 'int64', values, shape)] as const;
  });
  const model = Buffer.from(await (await ask('model.onnx')).arrayBuffer());
  const session = await ort.InferenceSession.create(model);
  const { logits } = await session.run(Object.fromEntries(feeds) as Record<string, ort.Tensor>);
  const body = Buffer.from((logits!.data as Float32Array).slice().buffer);
  return (await (await ask(`decode?id=${header.id}`, { method: 'POST', body })).json()) as Prediction;
}

describe('a run of images', () => {
  let server: Serving;
  beforeAll(async () => {
    server = await serving('run');
  });

  it('answers what mdpd predict prints', async () => {
    const names = ['photos/test/ant/0.png', 'photos/test/cat/1.png'];
    const expected = await predicted('run', ...names);
    expect(await (await server.ask('predict', form(...names))).json()).toEqual(expected);
    const init = { method: 'POST', headers: { 'content-type': 'image/png' } };
    const raw = await server.ask('predict?top=1', { ...init, body: readFileSync(workspace.path(names[0]!)) });
    const [alone] = (await predicted('run', names[0]!, '--top', '1')) as [Prediction];
    expect(await raw.json()).toEqual([{ ...alone, input: 'image' }]);
  });

  it('gives a browser all that it needs for the same answer', async () => {
    const name = 'photos/test/bee/0.png';
    const [expected] = (await predicted('run', name, '--top', '5')) as [Prediction];
    const { value, top } = await runElsewhere(server, form(name));
    expect(value).toBe(expected.value);
    expect(top).toEqual(
      expected.top!.map((each) => ({ ...each, probability: expect.closeTo(each.probability, 5) })),
    );
  });

  it('takes no path for an image', async () => {
    const asked = await server.ask('predict', json([workspace.path('photos/test/ant/0.png')]));
    expect([asked.status, await asked.json()]).toMatchObject([415, { error: { code: 'SERVE_TYPE' } }]);
    const body = new FormData();
    body.append('image', 'photos/test/ant/0.png');
    expect((await server.ask('predict', { method: 'POST', body })).status).toBe(400);
  });

  it('says what it is, without paths of this machine', async () => {
    const asked = await server.ask('about');
    const text = await asked.text();
    expect(JSON.parse(text)).toMatchObject({
      title: 'recipe · run',
      task: 'vtab',
      input: 'image',
      labels: ['ant', 'bee', 'cat'],
      runs: { where: 'browser', runtime: '1.30.0' },
      run: {
        method: 'head',
        primary: 'accuracy',
        testExamples: 12,
        metrics: { accuracy: expect.any(Number) },
      },
    } satisfies Partial<Record<keyof DemoAbout, unknown>>);
    expect(text).not.toContain(workspace.root);
  });

  it('tells what is wrong with an image without a path', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'no image' };
    const asked = await server.ask('predict', init);
    const { error } = (await asked.json()) as { error: Record<string, string> };
    expect(asked.status).toBe(422);
    expect(error).toMatchObject({ code: 'IMAGE_UNREADABLE', place: 'image' });
    expect(JSON.stringify(error)).not.toContain('mdpd-serve');
  });

  it('ends on Ctrl-C with 0, and removes what it wrote', async () => {
    expect(remains()).toHaveLength(1);
    const { exitCode, stdout, stderr } = await server.stop();
    expect([exitCode, remains()], stderr).toEqual([0, []]);
    expect(stdout).toMatch(/^Model {2}run \(vtab\) runs in the browser, on onnxruntime-web 1\.30\.0: .* made for now; mdpd export run keeps it\nPage {3}http:\/\/127\.0\.0\.1:\d+\/\nStop {3}Ctrl-C\n$/u); // prettier-ignore
    expect(stderr).not.toMatch(/warning: with --host/u);
  });
});

describe('other models', () => {
  it('takes the file that mdpd export wrote, until it is another one', async () => {
    await succeed('export', 'run');
    const exported = await serving('run', '--host', '0.0.0.0');
    const file = await (await exported.ask('model.onnx')).arrayBuffer();
    expect(Buffer.from(file).equals(readFileSync(workspace.path('run/model/onnx/model.onnx')))).toBe(true);
    const { stdout, stderr } = await exported.stop();
    expect(stdout).toContain('as exported');
    expect(stderr).toMatch(
      /warning: with --host 0\.0\.0\.0, whoever reaches this machine on port \d+ can use/u,
    );
    workspace.write('run/model/onnx/model.onnx', 'another one');
    const changed = await serving('run');
    expect((await (await changed.ask('model.onnx')).arrayBuffer()).byteLength).toBe(file.byteLength);
    expect((await changed.stop()).stdout).toContain('made for now');
  });

  it('runs a model that has a side network here, and says why', async () => {
    await succeed('train', 'recipe.yaml', 'method=side', '--out', 'side');
    const server = await serving('side');
    const about = (await (await server.ask('about')).json()) as DemoAbout;
    expect(about.runs).toEqual({ where: 'server', why: 'it keeps its side network, which is not exported' });
    expect((await server.ask('model.onnx')).status).toBe(404);
    const name = 'photos/test/ant/0.png';
    expect(await (await server.ask('predict', form(name))).json()).toEqual(await predicted('side', name));
    expect((await server.stop()).exitCode).toBe(0);
  });

  it('runs a T5 here, which answers word by word, and says why', async () => {
    await writeTinyT5(workspace.path('t5'), { words: ['good', 'bad', 'film', 'billing', 'delivery'] });
    workspace.write('words.csv', 'text,label\ngood film,good\nbad film,bad\nfilm good,good\nfilm bad,bad\n');
    workspace.write(
      't5.yaml',
      'task: text\ndata: { train: ./words.csv, test: ./words.csv, text: text, label: label, maxLength: 12 }\n' +
        'backbone: ./t5\nmethod: norm\ntrain: { steps: 2, batchSize: 2 }\n',
    );
    await succeed('train', 't5.yaml', '--out', 'words');
    const server = await serving('words');
    const about = (await (await server.ask('about')).json()) as DemoAbout;
    expect(about).toMatchObject({ input: 'text', sentences: [1], runs: { where: 'server' } });
    expect((about.runs as { why: string }).why).toMatch(/^it answers in words, one token after the other/u);
    const text = 'good film';
    expect(await (await server.ask('predict', json([text]))).json()).toEqual(await predicted('words', text));
    expect((await server.stop()).exitCode).toBe(0);
  });

  it('reads words of a model of texts where they were hidden, also elsewhere', async () => {
    const server = await serving('zoo:tiny-bert');
    const text = 'the people of the united [MASK] .';
    const expected = (await predicted('zoo:tiny-bert', text)) as [Prediction];
    expect(await (await server.ask('predict', json([text]))).json()).toEqual(expected);
    expect((await runElsewhere(server, json([text]))).value).toBe(expected[0].value);
    const bad = await server.ask('predict', json(['nothing hidden']));
    expect([bad.status, await bad.json()]).toMatchObject([422, { error: { code: 'TEXT_INPUT' } }]);
    expect((await server.stop()).exitCode).toBe(0);
  });
});

describe('what cannot be served', () => {
  it('says that the port is in use before it opens the model', async () => {
    const other = createServer();
    const port = await listen(other, 0, '127.0.0.1');
    const finished = await workspace.mdpd('serve', 'run', '--port', String(port));
    await close(other);
    expect(expectFailure(workspace, finished, 2)).toBe(
      `error SERVE_PORT at --port\n  port ${port} of 127.0.0.1 is in use\n` +
        `  fix: take another one, --port ${port + 1}, or --port 0 for any that is free`,
    );
  });

  it.each([
    [['serve', 'nothing', '--port', '0'], 'TARGET_NOT_FOUND'],
    [['serve', 'run', '--port', '65536'], 'OPTION_VALUE'],
    [['serve', 'run', '--port', 'any'], 'OPTION_VALUE'],
    [['serve', 'run', '--host', 'no such host', '--port', '0'], 'SERVE_ADDRESS'],
    [['serve', 'run', '--executor', 'none', '--port', '0'], 'UNKNOWN_EXECUTOR'],
    [['serve'], 'MISSING_ARGUMENT'],
  ])('%j: %s', async (argv, code) => {
    const finished = await workspace.mdpd(...argv);
    expect(finished.stderr).toContain(`error ${code}`);
    expect(finished.stderr).not.toMatch(/^ {4}at /mu);
    expect(finished.exitCode).toBe(2);
  });

  it('can be stopped before it serves, and leaves nothing', async () => {
    const port = await freePort();
    const { child, finished } = startHere('run', '--port', String(port));
    const address = `http://127.0.0.1:${port}/health`;
    // It listens at once, and opens the model then.
    await expect
      .poll(
        () =>
          fetch(address).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 30_000, interval: 10 },
      ) // prettier-ignore
      .toBe(503);
    child.kill('SIGINT');
    const { exitCode, stdout } = await finished;
    // By itself, or by the signal where opening takes long.
    expect([130, null]).toContain(exitCode);
    expect(stdout).not.toContain('Page');
    expect(remains()).toEqual([]);
  });
});
