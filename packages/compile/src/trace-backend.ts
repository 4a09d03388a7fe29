/**
 * A tfjs backend that records kernels instead of running them, and knows tensors whose values are kept elsewhere.
 *
 * tfjs has one engine in a process, so there is one such backend, and one trace at a time.
 */
import * as tf from '@tensorflow/tfjs-core';
import { MdpdError } from '@mdpd/core';
import { callSite } from './call-site.ts';
import { constant, createValue, type ConstantData, type DType, type Value } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { reshape } from './ops/shape.ts';
import { backendName, connectOps, type Emitter, type KernelAttributes } from './ops/registry.ts';
import './ops/elementwise.ts';
import './ops/fused.ts';
import './ops/linear-algebra.ts';
import './ops/reduce.ts';

type DataId = tf.DataId;

/** Values of a tensor that live outside of tfjs. */
export interface Stored {
  /** Copies the values to JavaScript. */
  read(): Promise<ConstantData>;
  /** Called once, when the last tensor of these values is disposed. */
  release(): void;
}

type Entry =
  | { readonly kind: 'traced'; readonly value: Value; readonly kernelName: string; readonly trace: Trace }
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
    if (this.current) throw new Error('a function is traced already');
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
    if (!entry) throw new Error('this tensor belongs to no trace');
    if (entry.kind === 'traced') {
      if (entry.trace !== trace && !entry.value.constant) throw outsideError(entry.kernelName);
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

  /** A tensor of another backend becomes a constant of the trace. */
  override move(dataId: DataId, values: tf.BackendValues, shape: number[], dtype: tf.DataType): void {
    const trace = this.trace();
    const value = constant(typed(values, dtype).slice(), shape, dtype as DType);
    this.entries.set(dataId, { kind: 'traced', value, kernelName: 'constant', trace });
    this.count += 1;
  }

  override readSync(dataId: DataId): never {
    throw this.readError(dataId);
  }

  override read(dataId: DataId): Promise<tf.BackendValues> {
    const entry = this.entries.get(dataId);
    if (entry?.kind === 'stored') return entry.stored.read() as Promise<tf.BackendValues>;
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

  /** Clones and reshapes of stored tensors need no trace: they are the same values under another name. */
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
    return this.idle;
  }

  private readError(dataId: DataId): MdpdError {
    const entry = this.entries.get(dataId);
    if (entry?.kind === 'traced' && entry.trace === this.idle) return outsideError(entry.kernelName);
    const made = entry?.kind === 'traced' ? ` made by ${entry.kernelName}` : '';
    return new MdpdError('COMPILE_READ', `the values of a tensor${made} were read inside a compiled function`, {
      place: callSite(),
      fix: 'keep to tensors inside of steps: what a step does may depend on shapes, not on values',
    });
  }
}

function outsideError(kernelName: string): MdpdError {
  return new MdpdError(
    'COMPILE_OUTSIDE',
    `the result of ${kernelName} is asked for, which ran outside of a prepared function`,
    { place: callSite(), fix: 'compute it inside a function given to executor.prepare' },
  );
}

function typed(values: tf.BackendValues, dtype: tf.DataType): ConstantData {
  const numbers = values as unknown as ArrayLike<number>;
  if (dtype === 'float32') return values instanceof Float32Array ? values : Float32Array.from(numbers);
  if (dtype === 'int32') return values instanceof Int32Array ? values : Int32Array.from(numbers);
  if (dtype === 'bool') return values instanceof Uint8Array ? values : Uint8Array.from(numbers);
  throw new MdpdError('COMPILE_TYPE', `a tensor of type ${dtype} cannot be compiled`, {
    allowed: ['float32', 'int32', 'bool'],
    place: callSite(),
  });
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
