/** Runs step functions compiled: each becomes a graph on its first call with given shapes. */
import * as tf from '@tensorflow/tfjs-core';
import type { Executor, HostTensor, PrepareOptions, PreparedFunction, RuntimeOptions } from '@mdpd/core';
import { hostTensor } from '@mdpd/tensor/host';
import { bytesPerElement, sizeOf } from './graph.ts';
import { GraphRunner, type Buffer } from './graph-runner.ts';
import { backendName } from './ops/registry.ts';
import type { SessionClient, StoredType } from './session-client.ts';
import type { SessionSettings } from './session-settings.ts';
import { leavesOf, signatureOf } from './tensor-tree.ts';
import { traceBackend, type Stored } from './trace-backend.ts';

export interface CompiledExecutorOptions {
  readonly description: string;
  readonly threads: number;
  readonly client: SessionClient;
  readonly settings: SessionSettings;
  readonly onGraph?: RuntimeOptions['onGraph'];
}

/** Buffers in the worker, and the tensors that stand for them here. */
export class BufferTable {
  private readonly client: SessionClient;
  private next = 0;
  private readonly references = new Map<number, number>();
  liveBytes = 0;

  constructor(client: SessionClient) {
    this.client = client;
  }

  /** A number for a buffer that is about to be made. */
  reserve(): number {
    return this.next++;
  }

  /** A tensor over a buffer; several may share one. */
  tensor({ id, dtype, shape }: Buffer): tf.Tensor {
    const bytes = sizeOf(shape) * bytesPerElement(dtype);
    const references = this.references.get(id) ?? 0;
    this.references.set(id, references + 1);
    if (references === 0) this.liveBytes += bytes;
    const stored: StoredBuffer = {
      id,
      table: this,
      read: async () => (await this.client.request({ type: 'read', id })) as Float32Array,
      release: () => this.release(id, bytes),
    };
    return traceBackend().adopt(stored, shape, dtype);
  }

  upload({ data, shape, dtype }: HostTensor, own = false): tf.Tensor {
    const id = this.reserve();
    // The array moves to the worker: a part of a larger one, or the caller's own, is copied first.
    const whole = data.byteLength === data.buffer.byteLength;
    this.client.post({
      type: 'store',
      id,
      dtype,
      shape,
      data: own && whole ? data : this.client.copyOf(data),
    });
    return this.tensor({ id, dtype, shape });
  }

  /** The buffer of a tensor, where it is one of this table: other executors have their own, with the same numbers. */
  idOf(stored: Stored | undefined): number | undefined {
    const buffer = stored as StoredBuffer | undefined;
    return buffer?.table === this ? buffer.id : undefined;
  }

  private release(id: number, bytes: number): void {
    const left = this.references.get(id)! - 1;
    if (left > 0) {
      this.references.set(id, left);
      return;
    }
    this.references.delete(id);
    this.liveBytes -= bytes;
    this.client.post({ type: 'release', id });
  }
}

interface StoredBuffer extends Stored {
  readonly id: number;
  readonly table: BufferTable;
}

export function compiledExecutor(options: CompiledExecutorOptions): Executor {
  const { client, description, threads, settings, onGraph } = options;
  const open = new Set<GraphRunner>();
  const total = (what: 'arenaBytes' | 'nodes'): number =>
    [...open].reduce((sum, runner) => sum + runner[what], 0);
  const backend = traceBackend();
  const buffers = new BufferTable(client);
  void tf.setBackend(backendName);

  const prepare = <Args extends readonly unknown[], Result>(
    name: string,
    fn: (...args: Args) => Result,
    prepareOptions: PrepareOptions = {},
  ): PreparedFunction<Args, Result> => {
    const runners = new Map<string, GraphRunner>();
    const call = async (...args: Args): Promise<Result> => {
      const leaves = leavesOf([...args]);
      const signature = signatureOf(args);
      let runner = runners.get(signature);
      if (!runner) {
        runner = new GraphRunner({
          name,
          client,
          buffers,
          settings,
          fn: fn as (...args: readonly unknown[]) => unknown,
          args,
          donate: prepareOptions.donate,
        });
        runners.set(signature, runner);
        open.add(runner);
        onGraph?.({ name, arenaBytes: total('arenaBytes'), nodes: total('nodes') });
      }
      return (await runner.run(leaves)) as Result;
    };
    const release = async (): Promise<void> => {
      const all = [...runners.values()];
      runners.clear();
      await Promise.all(all.map((runner) => runner.release()));
      for (const runner of all) open.delete(runner);
    };
    return Object.assign(call, { release });
  };

  return {
    name: 'onnxruntime',
    description,
    threads,
    upload: (tensor, own) => buffers.upload(tensor, own),
    read: async (tensor) => {
      const stored = backend.storedOf(tensor);
      const data = stored ? await stored.read() : await tensor.data();
      return hostTensor(data as HostTensor['data'], tensor.shape, tensor.dtype as StoredType);
    },
    prepare,
    memory: () => ({ liveBytes: buffers.liveBytes, liveTensors: tf.memory().numTensors }),
    stop: () => client.stop(),
  };
}
