/** One graph with its session: traced and created on the first run, then fed and fetched. */
import type { HostTensor, PrepareOptions } from '@mdpd/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { BufferTable } from './compiled-executor.ts';
import type { Port } from './graph.ts';
import { planGraph, type GraphPlan } from './graph-plan.ts';
import { collectGarbage, keepYoungGenerationSmall } from './javascript-heap.ts';
import type { Fetch, SessionClient, StoredType } from './session-client.ts';
import { sessionOptions, type SessionSettings } from './session-settings.ts';
import type { Leaf } from './tensor-tree.ts';
import { inputName, type Traced } from './trace.ts';
import { traceBackend } from './trace-backend.ts';

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

export class GraphRunner {
  private readonly session = sessions++;
  private readonly client: SessionClient;
  private readonly buffers: BufferTable;
  private readonly plan: Omit<GraphPlan, 'model' | 'arenaBytes' | 'nodes'>;
  /** Bytes that the runtime's arena will take for a run, and keep. */
  readonly arenaBytes: number;
  readonly nodes: number;
  private readonly isEmpty: boolean;
  private readonly created: Promise<unknown>;

  constructor(job: GraphJob<readonly unknown[]>) {
    this.client = job.client;
    this.buffers = job.buffers;
    keepYoungGenerationSmall();
    const { model, arenaBytes, nodes, ...plan } = planGraph(job);
    this.plan = plan;
    this.arenaBytes = arenaBytes;
    this.nodes = nodes;
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
