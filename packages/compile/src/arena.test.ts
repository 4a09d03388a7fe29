import * as ort from 'onnxruntime-node';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { Arena, arenaBytes } from './arena.ts';
import { memoryPeak } from './lifetimes.ts';
import { optimize } from './optimize.ts';
import { separateOutputs } from './passes/separate-outputs.ts';
import { fileOrder, runtimeOrder } from './runtime-order.ts';
import { sessionOptions } from './session-settings.ts';
import { feedsFor } from './testing/run-graph.ts';
import { plainGradients, transformerInput, transformerParams } from './testing/transformer.ts';
import { toOnnx } from './to-onnx.ts';
import { trace } from './trace.ts';

beforeAll(() => useBackend('cpu'));

const [kilobyte, megabyte] = [2 ** 10, 2 ** 20];

describe('the arena', () => {
  it('takes the smallest chunk that fits, whole unless it is twice as large', () => {
    const arena = new Arena();
    const [a, b, c] = [100, 150, 300].map((size) => arena.allocate(size * kilobyte));
    expect(arena.touchedBytes).toBe(550 * kilobyte);
    arena.release(b!);
    // 150 kB are free between the others: they go to 100 kB undivided.
    const small = arena.allocate(100 * kilobyte);
    expect([small.start, small.size]).toEqual([100 * kilobyte, 150 * kilobyte]);
    expect(arena.allocate(10 * kilobyte).start).toBe(550 * kilobyte);
    for (const chunk of [a!, small, c!]) arena.release(chunk);
    // Neighbours have become one of 550 kB; the rest of the region, 464 kB, fits better, 500 kB do not fit there.
    expect(arena.allocate(500 * kilobyte).start).toBe(0);
    expect(arena.allocate(200 * kilobyte).start).toBe(560 * kilobyte);
    expect(arena.touchedBytes).toBe(760 * kilobyte);
  });

  it('divides a chunk that is larger by 128 MiB, although not twice as large', () => {
    const arena = new Arena(512 * megabyte);
    const chunk = arena.allocate(300 * megabyte);
    expect(chunk.size).toBe(300 * megabyte);
    expect(arena.allocate(150 * megabyte).size).toBe(212 * megabyte);
  });

  it('grows by regions of doubling size, and counts of them what was used', () => {
    const arena = new Arena();
    for (let i = 0; i < 3; i++) arena.allocate(0.75 * megabyte);
    // One in the first region of 1 MiB, two in the next of 2 MiB.
    expect(arena.touchedBytes).toBe(2.25 * megabyte);
    arena.allocate(20 * megabyte);
    expect(arena.touchedBytes).toBe(22.25 * megabyte);
  });
});

it('of a step is what the runtime reports, and more than its values', async () => {
  const shape = { batch: 8, tokens: 64, width: 128, heads: 4, blocks: 3 };
  const { graph: traced } = trace(
    (params, x) => plainGradients(params, x, shape),
    [transformerParams(shape), transformerInput(shape)],
  );
  const graph = separateOutputs(optimize(traced));
  const file = fileOrder(graph);
  const planned = { ...graph, nodes: runtimeOrder(graph, file) };
  const inUse = await reportedPeak(toOnnx(planned, { file, hideShapes: true }), feedsFor(planned), planned);
  const predicted = arenaBytes(planned);
  expect(predicted).toBeGreaterThan(memoryPeak(planned).bytes);
  // Chunks in use at the worst moment: without holes, but with constants and what operators need for themselves.
  expect(predicted).toBeGreaterThan(0.85 * inUse);
  expect(predicted).toBeLessThan(1.25 * inUse);
});

/** Most bytes of chunks in use, which the runtime writes into its profile. */
async function reportedPeak(
  model: Uint8Array,
  feeds: ReturnType<typeof feedsFor>,
  { inputs, outputs }: ReturnType<typeof separateOutputs>,
): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-arena-'));
  try {
    const profile = path.join(folder, 'profile');
    const session = await ort.InferenceSession.create(
      model,
      sessionOptions({ threads: 1, provider: 'cpu', profile }),
    );
    const tensors = inputs.map(({ name, value }) => [
      name,
      new ort.Tensor('float32', feeds[name]!.data as Float32Array, [...value.shape]),
    ]);
    // Results have memory of their own, as in training.
    const into = outputs.map(({ name, value: { shape } }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, new ort.Tensor('float32', new Float32Array(size), [...shape])];
    });
    await session.run(Object.fromEntries(tensors), Object.fromEntries(into));
    session.endProfiling();
    await session.release();
    const [file] = readdirSync(folder);
    const events = JSON.parse(readFileSync(path.join(folder, file!), 'utf8')) as {
      readonly args?: Readonly<Record<string, string>>;
    }[];
    const peaks = events.flatMap(({ args }) =>
      args?.['mem_in_use_peak'] ? [Number(args['mem_in_use_peak'])] : [],
    );
    expect(peaks.length).toBeGreaterThan(10);
    return Math.max(...peaks);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
