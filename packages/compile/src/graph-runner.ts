/** One graph with its session: traced and created on the first run, then fed and fetched. */
import type { HostTensor, PrepareOptions } from '@mdpd/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { BufferTable } from './compiled-executor.ts';
import { indexGraph, type Graph, type Port } from './graph.ts';
import { inPlacePairs } from './in-place.ts';
import { collectGarbage, keepYoungGenerationSmall } from './javascript-heap.ts';
import { optimize } from './optimize.ts';
import { schedule } from './schedule.ts';
import { unreadable, type Fetch, type SessionClient, type StoredType } from './session-client.ts';
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
  /** `fn` on `args`, where that has been traced already. */
  readonly traced?: Traced;
}

let sessions = 0;

/** Bytes of a model from which on what tracing left behind is worth collecting. */
const worthCollecting = 50_000;

/** What is left of a graph when its session has been made: the nodes are many, and of no more use. */
interface Plan {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Outputs that are inputs as they came, with those. */
  readonly unchanged: ReadonlyMap<string, Port>;
  /** Inputs whose memory outputs take over, by output. */
  readonly replaced: ReadonlyMap<string, string>;
  readonly captured: ReadonlyMap<string, Stored>;
  readonly result: Traced['result'];
  /** None where nothing has to run: what hands on its inputs. */
  readonly model: Uint8Array | undefined;
}

function planOf({ fn, args, donate, settings, ...job }: GraphJob<readonly unknown[]>): Plan {
  const traced = job.traced ?? trace(fn, args);
  const optimized = optimize(traced.graph);
  const unchanged = unchangedInputs(optimized);
  const { graph, file } = schedule(
    withoutUnusedInputs({
      ...optimized,
      outputs: optimized.outputs.filter(({ name }) => !unchanged.has(name)),
    }),
  );
  const pairs = donate ? donatedPairs(graph, donate) : new Map<string, string>();
  const safe = inPlacePairs(graph, pairs, settings.provider === 'cpu');
  const { inputs, outputs } = graph;
  return {
    inputs,
    outputs,
    unchanged,
    replaced: new Map([...pairs].filter(([output]) => safe.has(output))),
    captured: new Map(traced.captures.map((stored, index) => [`captured.${index}`, stored])),
    result: traced.result,
    model: outputs.length > 0 ? toOnnx(graph, { file, hideShapes: true, unreadable }) : undefined,
  };
}

export class GraphRunner {
  private readonly session = sessions++;
  private readonly client: SessionClient;
  private readonly buffers: BufferTable;
  private readonly plan: Omit<Plan, 'model'>;
  private readonly isEmpty: boolean;
  private readonly created: Promise<unknown>;

  constructor(job: GraphJob<readonly unknown[]>) {
    this.client = job.client;
    this.buffers = job.buffers;
    keepYoungGenerationSmall();
    const { model, ...plan } = planOf(job);
    this.plan = plan;
    this.isEmpty = model === undefined;
    const isLarge = model !== undefined && model.byteLength > worthCollecting;
    this.created = model
      ? this.client.request({
          type: 'create',
          session: this.session,
          model,
          options: sessionOptions(job.settings),
        })
      : Promise.resolve();
    // Whoever runs it is told; where nobody does, it is no matter.
    this.created.catch(() => undefined);
    if (isLarge) collectGarbage();
  }

  /** Runs the graph on tensors of the shapes that it was made for. */
  async run(leaves: readonly Leaf[]): Promise<unknown> {
    await this.created;
    const given = new Map(leaves.map(({ path, tensor }) => [inputName(path), tensor]));
    const uploaded: tf.Tensor[] = [];
    const results = new Map<string, tf.Tensor>();
    try {
      const feeds = new Map<string, number>();
      for (const port of this.plan.inputs) feeds.set(port.name, await this.bufferOf(port, given, uploaded));
      const kept = new Set<number>();
      for (const [name, port] of this.plan.unchanged) {
        const id = feeds.get(port.name) ?? (await this.bufferOf(port, given, uploaded));
        kept.add(id);
        const { dtype, shape } = port.value;
        results.set(name, this.buffers.tensor({ id, dtype: dtype as StoredType, shape }));
      }
      const replaceable = onlyOnce(feeds, kept);
      const fetches = this.plan.outputs.map((port) => this.fetch(port, feeds, replaceable));
      for (const { name, buffer } of fetches) results.set(name, this.buffers.tensor(buffer));
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
    return this.plan.result((name) => results.get(name)!);
  }

  /** Never fails: what could not be made, or is gone with the executor, needs no release. */
  async release(): Promise<void> {
    if (this.isEmpty) return;
    await this.created.catch(() => undefined);
    await this.client.request({ type: 'close', session: this.session }).catch(() => undefined);
  }

  private fetch(
    { name, value }: Port,
    feeds: ReadonlyMap<string, number>,
    replaceable: ReadonlySet<number>,
  ): Fetch & { buffer: Buffer } {
    const dtype = value.dtype as StoredType;
    const id = feeds.get(this.plan.replaced.get(name) ?? '');
    if (id !== undefined && replaceable.has(id)) {
      return { name, spec: { into: id }, buffer: { id, dtype, shape: value.shape } };
    }
    const buffer = { id: this.buffers.reserve(), dtype, shape: value.shape };
    return { name, spec: buffer, buffer };
  }

  /** The buffer of an input. What is in no buffer of this executor comes by way of JavaScript, into `uploaded`. */
  private async bufferOf(
    { name, value }: Port,
    given: ReadonlyMap<string, tf.Tensor>,
    uploaded: tf.Tensor[],
  ): Promise<number> {
    const tensor = given.get(name);
    const stored = this.plan.captured.get(name) ?? traceBackend().storedOf(tensor!);
    const known = this.buffers.idOf(stored);
    if (known !== undefined) return known;
    const data = (await (stored ? stored.read() : tensor!.data())) as HostTensor['data'];
    const { shape, dtype } = value;
    const copy = this.buffers.upload({ data, shape, dtype: dtype as StoredType });
    uploaded.push(copy);
    return this.buffers.idOf(traceBackend().storedOf(copy))!;
  }
}

/** Buffers that may be overwritten: fed under one name, and no result as they are. */
function onlyOnce(feeds: ReadonlyMap<string, number>, kept: ReadonlySet<number>): Set<number> {
  const once = new Set<number>();
  const twice = new Set<number>(kept);
  for (const id of feeds.values()) (once.has(id) ? twice : once).add(id);
  return new Set([...once].filter((id) => !twice.has(id)));
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
