/** One graph with its session: traced and created on the first run, then fed and fetched. */
import type { PrepareOptions } from '@mdpd/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { BufferTable } from './compiled-executor.ts';
import { indexGraph, type Graph, type Port } from './graph.ts';
import { inPlacePairs } from './in-place.ts';
import { optimize } from './optimize.ts';
import { schedule } from './schedule.ts';
import type { Fetch, SessionClient, StoredType } from './session-client.ts';
import { sessionOptions, type SessionSettings } from './session-settings.ts';
import type { Leaf } from './tensor-tree.ts';
import { toOnnx } from './to-onnx.ts';
import { inputName, outputName, trace, type Traced } from './trace.ts';
import { traceBackend, type Stored } from './trace-backend.ts';

export interface Buffer {
  readonly id: number;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
}

export interface GraphJob<Args extends readonly unknown[]> {
  readonly name: string;
  readonly client: SessionClient;
  readonly buffers: BufferTable;
  readonly settings: SessionSettings;
  readonly fn: (...args: Args) => unknown;
  readonly args: Args;
  readonly donate?: PrepareOptions['donate'];
}

let sessions = 0;

export class GraphRunner {
  readonly graph: Graph;
  private readonly session = sessions++;
  private readonly client: SessionClient;
  private readonly buffers: BufferTable;
  private readonly result: Traced['result'];
  private readonly captured: ReadonlyMap<string, Stored>;
  /** Outputs that are inputs as they came, with those. */
  private readonly unchanged: ReadonlyMap<string, Port>;
  /** Inputs whose memory outputs take over, by output. */
  private readonly replaced: ReadonlyMap<string, string>;
  private readonly isEmpty: boolean;
  private readonly created: Promise<unknown>;

  constructor({ client, buffers, settings, fn, args, donate }: GraphJob<readonly unknown[]>) {
    this.client = client;
    this.buffers = buffers;
    const traced = trace(fn, args);
    this.result = traced.result;
    const optimized = optimize(traced.graph);
    this.unchanged = unchangedInputs(optimized);
    const scheduled = schedule(
      withoutUnusedInputs({
        ...optimized,
        outputs: optimized.outputs.filter(({ name }) => !this.unchanged.has(name)),
      }),
    );
    this.graph = scheduled.graph;
    this.captured = new Map(traced.captures.map((stored, index) => [`captured.${index}`, stored]));
    const pairs = donate ? donatedPairs(this.graph, donate) : new Map<string, string>();
    const safe = inPlacePairs(this.graph, pairs);
    this.replaced = new Map([...pairs].filter(([output]) => safe.has(output)));
    // What hands on its inputs has nothing to run.
    this.isEmpty = this.graph.outputs.length === 0;
    this.created = this.isEmpty
      ? Promise.resolve()
      : client.request({
          type: 'create',
          session: this.session,
          model: toOnnx(this.graph, { file: scheduled.file, hideShapes: true }),
          options: sessionOptions(settings),
        });
  }

  /** Runs the graph on tensors of the shapes that it was made for. */
  async run(leaves: readonly Leaf[]): Promise<unknown> {
    await this.created;
    const given = new Map(leaves.map(({ path, tensor }) => [inputName(path), tensor]));
    const uploaded: tf.Tensor[] = [];
    const idOf = async (name: string): Promise<number> => {
      const stored = this.captured.get(name) ?? traceBackend().storedOf(given.get(name)!);
      const id = this.buffers.idOf(stored);
      if (id !== undefined) return id;
      const tensor = await this.bring(given.get(name)!);
      uploaded.push(tensor);
      return this.buffers.idOf(traceBackend().storedOf(tensor))!;
    };
    const feeds = new Map<string, number>();
    for (const { name } of this.graph.inputs) feeds.set(name, await idOf(name));
    const fetches = this.graph.outputs.map((port) => this.fetch(port, feeds));
    const results = new Map(fetches.map(({ name, buffer }) => [name, this.buffers.tensor(buffer)]));
    for (const [name, { name: from, value }] of this.unchanged) {
      const buffer = { id: await idOf(from), dtype: value.dtype as StoredType, shape: value.shape };
      results.set(name, this.buffers.tensor(buffer));
    }
    try {
      if (!this.isEmpty) {
        await this.client.request({
          type: 'run',
          session: this.session,
          feeds: [...feeds],
          fetches: fetches.map(({ name, spec }) => ({ name, spec })),
        });
      }
    } catch (error) {
      for (const tensor of results.values()) tensor.dispose();
      throw error;
    } finally {
      for (const tensor of uploaded) tensor.dispose();
    }
    return this.result((name) => results.get(name)!);
  }

  async release(): Promise<void> {
    await this.created;
    if (!this.isEmpty) await this.client.request({ type: 'close', session: this.session });
  }

  private fetch({ name, value }: Port, feeds: ReadonlyMap<string, number>): Fetch & { buffer: Buffer } {
    const dtype = value.dtype as StoredType;
    const from = this.replaced.get(name);
    if (from !== undefined) {
      const id = feeds.get(from)!;
      return { name, spec: { into: id }, buffer: { id, dtype, shape: value.shape } };
    }
    const buffer = { id: this.buffers.reserve(), dtype, shape: value.shape };
    return { name, spec: buffer, buffer };
  }

  /** A tensor of another backend comes by way of JavaScript. */
  private async bring(tensor: tf.Tensor): Promise<tf.Tensor> {
    const data = (await tensor.data()) as Float32Array | Int32Array | Uint8Array;
    return this.buffers.upload({ data, shape: tensor.shape, dtype: tensor.dtype as StoredType });
  }
}

function unchangedInputs({ inputs, outputs }: Graph): Map<string, Port> {
  const byValue = new Map(inputs.map((port) => [port.value, port]));
  return new Map(
    outputs.flatMap(({ name, value }) => {
      const input = byValue.get(value);
      return input ? [[name, input] as const] : [];
    }),
  );
}

function withoutUnusedInputs(graph: Graph): Graph {
  const index = indexGraph(graph);
  const inputs = graph.inputs.filter(
    ({ value }) => index.consumers(value).length > 0 || index.isOutput(value),
  );
  return { ...graph, inputs };
}

/** Output `out.<result>.<path>` and input `in.<argument>.<path>`, by output. */
function donatedPairs(
  graph: Graph,
  { argument, result }: NonNullable<PrepareOptions['donate']>,
): Map<string, string> {
  const prefix = outputName(`${result}.`);
  return new Map(
    graph.outputs
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name }) => [name, inputName(`${argument}.${name.slice(prefix.length)}`)]),
  );
}
