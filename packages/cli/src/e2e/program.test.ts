/** mdpd from a program: training, prediction behind a server, evaluation. */
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defineRecipe, evaluate, load, MdpdError, train, type Result, type TrainEvent } from '../api.ts';
import { createWorkspace, type Workspace } from '../testing/workspace.ts';

const recipe = defineRecipe({
  task: 'vtab',
  data: { train: './photos/train', test: './photos/test' },
  backbone: 'zoo:tiny-vit',
  method: { name: 'norm' },
  train: { steps: 4, batchSize: 6 },
});

let workspace: Workspace;
let directory: string;
const events: TrainEvent[] = [];
let result: Result;
const writes: string[] = [];
const listeners = (): number => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
let listenersWhile = 0;
const listenersBefore = listeners();

beforeAll(async () => {
  workspace = createWorkspace();
  directory = workspace.root;
  workspace.images('photos/train', ['ant', 'bee', 'cat'], 8);
  workspace.images('photos/test', ['ant', 'bee', 'cat'], 4);
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => writes.push(String(text)) > 0),
  );
  const run = train(recipe, { directory, out: 'runs/first' });
  for await (const event of run) {
    events.push(event);
    listenersWhile = listeners();
  }
  result = await run.result;
  spies.forEach((spy) => spy.mockRestore());
});
afterAll(() => workspace.remove());

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(MdpdError);
  return (thrown as MdpdError).code;
};

describe('train', () => {
  it('gives its events in order', () => {
    const kinds = events.map(({ type }) => type).filter((type) => type !== 'progress');
    expect(kinds.filter((kind, at) => kind !== kinds[at - 1])).toEqual([
      'note',
      'start',
      'step',
      'layers',
      'evaluation',
    ]);
    const steps = events.filter((event) => event.type === 'step');
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(steps.every(({ loss }) => loss > 0)).toBe(true);
    const start = events.find((event) => event.type === 'start');
    expect(start).toMatchObject({ folder: workspace.path('runs/first'), task: 'vtab', metric: 'accuracy' });
    const paths = events.flatMap((event) => (event.type === 'evaluation' ? [event.path] : []));
    expect(paths).toEqual(['faded']);
  });

  it('gives what result.json holds, and the folder of the command', () => {
    const stored: unknown = JSON.parse(readFileSync(workspace.path('runs/first/result.json'), 'utf8'));
    expect(JSON.parse(JSON.stringify(result))).toEqual(stored);
    expect(result).toMatchObject({ recipe: 'vtab', method: 'norm', steps: 4, directory: '../..' });
    expect(result.time.totalSeconds).toBeLessThan(process.uptime());
    expect(readdirSync(workspace.path('runs/first')).sort()).toEqual([
      'events.out.tfevents.0.mdpd',
      'examples.json',
      'metrics.jsonl',
      'model',
      'recipe.yaml',
      'report.html',
      'result.json',
    ]);
  });

  it('prints nothing and listens to no signal', () => {
    expect(writes).toEqual([]);
    expect(listenersWhile).toBe(listenersBefore);
  });

  it('stops in the middle on request, as after Ctrl-C', async () => {
    const controller = new AbortController();
    const run = train(recipe, { directory, out: 'runs/stopped', signal: controller.signal });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const event of run) {
        if (event.type !== 'step') continue;
        seen.push(event.step);
        controller.abort();
      }
    })();
    expect(await codeOf(reading)).toBe('INTERRUPTED');
    expect(await codeOf(run.result)).toBe('INTERRUPTED');
    expect(seen.length).toBeLessThan(4);
    expect(existsSync(workspace.path('runs/stopped/result.json'))).toBe(false);
    const failed = JSON.parse(readFileSync(workspace.path('runs/stopped/failed.json'), 'utf8')) as object;
    expect(failed).toMatchObject({ code: 'INTERRUPTED' });
  });

  it('leaves no folder where it is stopped before it begins', async () => {
    const run = train(recipe, { directory, out: 'runs/never', signal: AbortSignal.abort() });
    expect(await codeOf(run.result)).toBe('INTERRUPTED');
    expect(existsSync(run.folder)).toBe(false);
  });

  it('trains again in the same process, from a file, and names the run by it', async () => {
    workspace.write('photos.json', JSON.stringify({ ...recipe, method: 'head' }));
    const run = train('photos.json', { directory, smoke: true });
    const again = await run.result;
    expect(again).toMatchObject({ recipe: 'photos', method: 'head', smoke: true });
    expect(run.folder).toMatch(/runs\/photos\/\d{8}-\d{6}$/);
    expect(existsSync(run.folder)).toBe(true);
  });

  it('refuses a wrong recipe by the place of its key', async () => {
    const wrong = { ...recipe, train: { steps: 4, batchsize: 6 } };
    const error = (await train(wrong, { directory }).result.catch((thrown: unknown) => thrown)) as MdpdError;
    expect(error).toMatchObject({
      code: 'RECIPE_UNKNOWN_KEY',
      place: 'recipe.train.batchsize',
      fix: 'did you mean "batchSize"?',
    });
    expect(await codeOf(train({ ...recipe, task: 'nothing' }, { directory }).result)).toBe('UNKNOWN_TASK');
    expect(await codeOf(train(recipe, { directory, out: 'runs/first' }).result)).toBe('RUN_EXISTS');
  });
});

describe('load', () => {
  it('answers requests of a server, several at once, from two models', async () => {
    const models = await Promise.all([
      load('runs/first', { directory, threads: 1 }),
      load('runs/first/model', { directory, threads: 1 }),
    ]);
    expect(models[0]).toMatchObject({ task: 'vtab', labels: ['ant', 'bee', 'cat'] });
    const server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://localhost');
      void models[Number(url.searchParams.get('model'))]!.predict(
        [workspace.path(`photos/test/${url.searchParams.get('image')}.png`)],
        { top: 2 },
      ).then(
        (predictions) => response.end(JSON.stringify(predictions)),
        (error: MdpdError) => response.writeHead(400).end(JSON.stringify({ code: error.code })),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    const ask = async (model: number, image: string): Promise<unknown> =>
      (await fetch(`http://127.0.0.1:${port}/?model=${model}&image=${image}`)).json();
    const images = ['ant/0', 'bee/1', 'cat/2', 'ant/3'];
    const [first, second] = await Promise.all(
      [0, 1].map((model) => Promise.all(images.map((image) => ask(model, image)))),
    );
    expect(first).toEqual(second);
    for (const answer of first!) {
      const [{ value, top }] = answer as [{ value: string; top: { value: string }[] }];
      expect(top).toHaveLength(2);
      expect(top[0]!.value).toBe(value);
    }
    expect(await ask(0, 'missing')).toEqual({ code: 'IMAGE_UNREADABLE' });
    server.close();
    server.closeAllConnections();
    const waiting = models[0]!.predict([workspace.path('photos/test/ant/0.png')]);
    await Promise.all([...models, models[0]!].map((model) => model.dispose()));
    expect(await waiting).toHaveLength(1);
    expect(await codeOf(models[0]!.predict([]))).toBe('MODEL_DISPOSED');
  });

  it('predicts what the command predicts, and refuses what is no input', async () => {
    const files = ['ant/0', 'cat/1'].map((name) => workspace.path(`photos/test/${name}.png`));
    const model = await load('runs/first', { directory });
    const predicted = await model.predict(files);
    expect(await codeOf(model.predict([1 as unknown as string]))).toBe('PREDICT_INPUT');
    expect(await model.predict([])).toEqual([]);
    await model.dispose();
    const { stdout } = await workspace.mdpd('predict', 'runs/first', ...files, '--json');
    expect(predicted.map((each, at) => ({ input: files[at], ...each }))).toEqual(JSON.parse(stdout));
  });

  it('says what is not there', async () => {
    expect(await codeOf(load('runs/none', { directory }))).toBe('TARGET_NOT_FOUND');
  });
});

describe('evaluate', () => {
  it('gives the numbers of the run again, and those of another split', async () => {
    const again = await evaluate('runs/first', { directory });
    expect(again.metrics).toEqual(result.metrics.faded);
    const some = await evaluate('runs/first/model', { directory, split: 'train', limit: 5, recipe });
    expect(some).toMatchObject({ split: 'train', examples: 5, primary: 'accuracy', path: 'faded' });
  });

  it('refuses what it cannot do', async () => {
    cpSync(workspace.path('runs/first/model'), workspace.path('model'), { recursive: true });
    expect(await codeOf(evaluate('runs/first', { directory, limit: 0 }))).toBe('OPTION_VALUE');
    expect(await codeOf(evaluate('runs/first', { directory, split: 'all' as 'test' }))).toBe('OPTION_VALUE');
    expect(await codeOf(evaluate('runs/first', { directory, split: 'validation' }))).toBe('SPLIT_MISSING');
    expect(await codeOf(evaluate('model', { directory }))).toBe('RECIPE_NEEDED');
    const signal = AbortSignal.abort();
    expect(await codeOf(evaluate('runs/first', { directory, signal }))).toBe('INTERRUPTED');
  });
});
