import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createValue } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { SessionClient, type Command } from './session-client.ts';
import { sessionOptions } from './session-settings.ts';
import { failureOf } from './testing/told.ts';
import { toOnnx } from './to-onnx.ts';

/** A session that doubles two numbers. */
function doubling(): Command {
  const builder = new GraphBuilder();
  const x = createValue([2], 'float32');
  const y = builder.node('Add', [x, x], [2], 'float32');
  const graph = {
    inputs: [{ name: 'x', value: x }],
    nodes: builder.nodes,
    outputs: [{ name: 'y', value: y }],
  };
  const options = sessionOptions({ threads: 1, provider: 'cpu' });
  return { type: 'create', session: 0, model: toOnnx(graph), options };
}

const store = (id: number, ...values: number[]): Command => ({
  type: 'store',
  id,
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

const run = (from: number, to: number): Command => ({
  type: 'run',
  session: 0,
  feeds: [['x', from]],
  fetches: [{ name: 'y', spec: { id: to, dtype: 'float32', shape: [2] } }],
});

const workerOf = (client: SessionClient): Worker => (client as unknown as { readonly worker: Worker }).worker;

describe('the session client', () => {
  it('stores, runs, reads and overwrites in the order of its commands', async () => {
    const client = new SessionClient();
    await client.request(doubling());
    client.post(store(0, 1, 2));
    client.post(run(0, 1));
    expect(await client.request({ type: 'read', id: 1 })).toEqual(Float32Array.of(2, 4));
    await client.request({
      type: 'run',
      session: 0,
      feeds: [['x', 1]],
      fetches: [{ name: 'y', spec: { into: 1 } }],
    });
    client.post({ type: 'release', id: 0 });
    expect(await client.request({ type: 'read', id: 1 })).toEqual(Float32Array.of(4, 8));
    expect(await failureOf(() => client.request({ type: 'read', id: 0 }))).toMatchInlineSnapshot(`
      "error EXECUTOR_FAILED
        ONNX Runtime: there is no tensor 0"
    `);
    await client.request({ type: 'close', session: 0 });
    await client.stop();
  });

  it('says so where the thread ends by itself, to those who wait and to those who come', async () => {
    const client = new SessionClient();
    await client.request(doubling());
    void workerOf(client).terminate();
    const waiting = failureOf(() => client.request(doubling()));
    expect(await waiting).toMatchInlineSnapshot(`
      "error EXECUTOR_FAILED
        ONNX Runtime: its thread ended with code 1"
    `);
    expect(await failureOf(() => client.request(doubling()))).toBe(await waiting);
    client.post(store(0, 1));
    await Promise.all([client.stop(), client.stop()]);
  });
});
