/**
 * A tfjs backend that records kernels instead of running them, and knows tensors whose values are kept elsewhere.
 *
 * tfjs has one engine in a process, so there is one such backend, and one trace at a time.
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, constantData, createValue, type ConstantData, type DType, type Value } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { reshape } from './ops/shape.ts';
import { backendName, connectOps, type Emitter, type KernelAttributes } from './ops/registry.ts';
import './ops/elementwise.ts';
import './ops/fused.ts';
import './ops/linear-algebra.ts';
import './ops/reduce.ts';
import { escapedError, nestedError, outsideError, readError, syncError, typeError } from './trace-errors.ts';

type DataId = tf.DataId;

/** Values of a tensor that live outside of tfjs. */
export interface Stored {
  /** Copies the values to JavaScript. */
  read(): Promise<ConstantData>;
  /** Called once, when the last tensor of these values is disposed. */
  release(): void;
}

interface TracedEntry {
  readonly kind: 'traced';
  readonly value: Value;
  readonly kernelName: string;
  readonly trace: Trace;
}

type Entry =
  | TracedEntry
  | {
      readonly kind: 'stored';
      readonly stored: Stored;
      readonly shape: readonly number[];
      readonly dtype: DType;
      references: number;
    };

/** A tensor from outside that a traced function reads, and the value that stands for it. */
export interface Capture {
  readonly value: Value;
  readonly stored: Stored;
}

/** What one run of a function recorded. */
export class Trace {
  readonly builder = new GraphBuilder();
  readonly captures = new Map<Stored, Capture>();
  /** Tensors of other backends, by their data. */
  readonly copies = new Map<DataId, Value>();
}

export class TraceBackend extends tf.KernelBackend {
  private readonly entries = new WeakMap<DataId, Entry>();
  private count = 0;
  private current: Trace | undefined;
  /** Where no function is traced, kernels are recorded for the shapes of their results, and forgotten. */
  private readonly idle = new Trace();
  private marks = 0;

  /** Records what `fn` does. Traces do not nest. */
  record<T>(fn: (trace: Trace) => T): T {
    if (this.current) throw nestedError();
    const trace = new Trace();
    this.current = trace;
    this.marks = 0;
    try {
      return fn(trace);
    } finally {
      this.current = undefined;
    }
  }

  /** A tensor that stands for `value` in the current trace. */
  tensorOf(value: Value, kernelName = 'input'): tf.Tensor {
    const info = this.infoOf(value, kernelName);
    return tf.engine().makeTensorFromTensorInfo(info, this);
  }

  /** The graph's value of a tensor that the current trace made or reads. */
  resolve({ dataId, shape }: tf.TensorInfo): Value {
    const entry = this.entries.get(dataId);
    const trace = this.trace();
    if (!entry) return reshape(trace.builder, copyInto(trace, dataId), shape);
    if (entry.kind === 'traced') {
      if (entry.trace !== trace && !entry.value.constant) throw this.foreignError(entry);
      return reshape(trace.builder, entry.value, shape);
    }
    let capture = trace.captures.get(entry.stored);
    if (!capture) {
      capture = { stored: entry.stored, value: createValue(entry.shape, entry.dtype) };
      trace.captures.set(entry.stored, capture);
    }
    return reshape(trace.builder, capture.value, shape);
  }

  /** A tensor of values that are kept elsewhere. */
  adopt(stored: Stored, shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): tf.Tensor {
    const dataId = {};
    this.entries.set(dataId, { kind: 'stored', stored, shape: [...shape], dtype, references: 1 });
    this.count += 1;
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype }, this);
  }

  /** What keeps a tensor's values, if it is one of `adopt`. */
  storedOf(tensor: tf.TensorInfo): Stored | undefined {
    const entry = this.entries.get(tensor.dataId);
    return entry?.kind === 'stored' ? entry.stored : undefined;
  }

  /** Runs `fn` as work of its own: it is not merged with equal work elsewhere. See `@mdpd/tensor/recompute`. */
  recompute<T>(fn: () => T): T {
    const { builder } = this.trace();
    const before = builder.mark;
    builder.mark = ++this.marks;
    try {
      return fn();
    } finally {
      builder.mark = before;
    }
  }

  runKernel(
    kernelName: string,
    emit: Emitter,
    inputs: Readonly<Record<string, tf.TensorInfo>>,
    attributes: KernelAttributes,
  ): tf.TensorInfo | tf.TensorInfo[] {
    const shared = this.shareStored(kernelName, inputs);
    if (shared) return shared;
    const { builder } = this.trace();
    const values = Object.fromEntries(
      Object.entries(inputs)
        .filter(([, input]) => input !== null && input !== undefined)
        .map(([name, input]) => [name, this.resolve(input)]),
    );
    const result = emit(builder, values, attributes);
    return Array.isArray(result)
      ? (result as readonly Value[]).map((value) => this.infoOf(value, kernelName))
      : this.infoOf(result as Value, kernelName);
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    return this.infoOf(constant(typed(values, dtype), shape, dtype as DType), 'constant').dataId;
  }

  override readSync(dataId: DataId): tf.BackendValues {
    const values = this.constantOf(dataId);
    if (values) return values;
    throw this.readError(dataId);
  }

  override read(dataId: DataId): Promise<tf.BackendValues> {
    const entry = this.entries.get(dataId);
    const values = this.constantOf(dataId);
    if (values) return Promise.resolve(values);
    if (entry?.kind === 'stored' && !this.current) return entry.stored.read() as Promise<tf.BackendValues>;
    return Promise.reject(this.readError(dataId));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const entry = this.entries.get(dataId);
    if (!entry) return true;
    if (entry.kind === 'stored') {
      entry.references -= 1;
      if (entry.references > 0 && !force) return false;
      entry.stored.release();
    }
    this.entries.delete(dataId);
    this.count -= 1;
    return true;
  }

  override incRef(dataId: DataId): void {
    const entry = this.entries.get(dataId);
    if (entry?.kind === 'stored') entry.references += 1;
  }

  override refCount(dataId: DataId): number {
    const entry = this.entries.get(dataId);
    return entry?.kind === 'stored' ? entry.references : 1;
  }

  override numDataIds(): number {
    return this.count;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {}

  private infoOf(value: Value, kernelName: string): tf.TensorInfo {
    const dataId = {};
    this.entries.set(dataId, { kind: 'traced', value, kernelName, trace: this.trace() });
    this.count += 1;
    return { dataId, shape: [...value.shape], dtype: value.dtype as tf.DataType };
  }

  /** Clones of stored tensors need no trace: they are the same values under another name. */
  private shareStored(
    kernelName: string,
    inputs: Readonly<Record<string, tf.TensorInfo>>,
  ): tf.TensorInfo | undefined {
    if (this.current || kernelName !== 'Identity') return undefined;
    const { dataId, shape, dtype } = inputs['x']!;
    if (this.entries.get(dataId)?.kind !== 'stored') return undefined;
    this.incRef(dataId);
    return { dataId, shape, dtype };
  }

  private trace(): Trace {
    if (this.current) return this.current;
    this.idle.builder.nodes.length = 0;
    this.idle.captures.clear();
    this.idle.copies.clear();
    return this.idle;
  }

  /** Numbers that JavaScript gave or made, outside of traced functions: within, reading is a mistake even there. */
  private constantOf(dataId: DataId): tf.BackendValues | undefined {
    const entry = this.entries.get(dataId);
    if (this.current || entry?.kind !== 'traced' || !entry.value.constant) return undefined;
    return constantData(entry.value).slice() as tf.BackendValues;
  }

  private readError(dataId: DataId): Error {
    const entry = this.entries.get(dataId);
    const traced = entry?.kind === 'traced' ? entry : undefined;
    if (traced && traced.trace !== this.current) return this.foreignError(traced);
    return this.current ? readError(traced?.kernelName) : syncError();
  }

  /** A tensor that stands for nothing any more, or never did. */
  private foreignError({ kernelName, trace }: TracedEntry): Error {
    return trace === this.idle ? outsideError(kernelName) : escapedError(kernelName);
  }
}

/** A tensor of another backend, which keeps it, as a constant of the trace. */
function copyInto({ copies }: Trace, dataId: DataId): Value {
  const known = copies.get(dataId);
  if (known) return known;
  const { tensorInfo } = tf.engine().state as unknown as {
    readonly tensorInfo: WeakMap<DataId, { readonly shape: number[]; readonly dtype: tf.DataType }>;
  };
  const { shape, dtype } = tensorInfo.get(dataId)!;
  const values = typed(tf.engine().readSync(dataId), dtype).slice();
  const value = constant(values, shape, dtype as DType);
  copies.set(dataId, value);
  return value;
}

function typed(values: tf.BackendValues, dtype: tf.DataType): ConstantData {
  const numbers = values as unknown as ArrayLike<number>;
  if (dtype === 'float32') return values instanceof Float32Array ? values : Float32Array.from(numbers);
  if (dtype === 'int32') return values instanceof Int32Array ? values : Int32Array.from(numbers);
  if (dtype === 'bool') return values instanceof Uint8Array ? values : Uint8Array.from(numbers);
  throw typeError(dtype);
}

let backend: TraceBackend | undefined;

/** The tracing backend, registered with tfjs on first use. */
export function traceBackend(): TraceBackend {
  if (backend) return backend;
  const created = new TraceBackend();
  tf.registerBackend(backendName, () => created, 0);
  connectOps((...call) => created.runKernel(...call));
  backend = created;
  return created;
}
