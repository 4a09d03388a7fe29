/** The executor contract: runs step functions, eagerly or compiled. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostTensor } from './tensors.ts';

/** Tensors in nested records. */
export type TensorTree = Tensor | { readonly [key: string]: TensorTree };

/** Whether an executor can be used on this machine. */
export interface ExecutorStatus {
  readonly available: boolean;
  /** Why it is or is not: version and instruction set, or the error that loading gave. */
  readonly reason: string;
  /** Command that installs what is missing. */
  readonly install?: string;
  readonly threads?: number;
}

/** A prepared function. Arguments stay the caller's; results become the caller's, who disposes them. */
export interface PreparedFunction<Args extends readonly unknown[], Result> {
  (...args: Args): Promise<Result>;
  /** Frees what was prepared, once; the function must not be called afterwards. */
  release(): Promise<void>;
}

/** What `Executor.prepare` may rely on. */
export interface PrepareOptions {
  /**
   * What a call replaces: the tensors under the key `result` of its result may take over the memory of those of the
   * same path in argument number `argument`. Those must not be read after the call, only disposed.
   */
  readonly donate?: { readonly argument: number; readonly result: string };
}

/** What an executor's tensors take. */
export interface MemoryReading {
  /** Bytes of live tensors. */
  readonly liveBytes: number;
  readonly liveTensors: number;
}

/** A started executor: holds tensors and runs pure functions of them, eagerly or compiled. */
export interface Executor {
  /** `onnxruntime`, `wasm`, `cpu`, `tensorflow`. */
  readonly name: string;
  /** For people: `wasm (SIMD, 1 thread)`. */
  readonly description: string;
  readonly threads: number;
  /** Copies to the executor; where `own`, its array may be taken over instead and is not to be used afterwards. */
  upload(tensor: HostTensor, own?: boolean): Tensor;
  /** Copies a tensor to memory of JavaScript. */
  read(tensor: Tensor): Promise<HostTensor>;
  /** Prepares a pure function for repeated calls with equal shapes. */
  prepare<Args extends readonly unknown[], Result>(
    name: string,
    fn: (...args: Args) => Result,
    options?: PrepareOptions,
  ): PreparedFunction<Args, Result>;
  /** What its tensors take now. */
  memory(): MemoryReading;
  /** Gives back what it holds; it cannot be used afterwards. */
  stop(): Promise<void>;
}

/** A function that an executor has compiled, before its first run. */
export interface CompiledGraph {
  readonly name: string;
  /** Bytes that all graphs that are open now will hold for intermediate values: each keeps what its runs needed. */
  readonly arenaBytes: number;
  /** Nodes of these graphs. */
  readonly nodes: number;
}

/** How an executor runs; those that have no choice take no notice. */
export interface RuntimeOptions {
  /** Default: as many as there are processors. */
  readonly threads?: number;
  /** Execution provider of ONNX Runtime; default `cpu`. */
  readonly provider?: string;
  /** Told of every graph by executors that compile. */
  readonly onGraph?: (graph: CompiledGraph) => void;
}

/** An executor, as a plugin adds it: says whether it works here, and starts it. */
export interface ExecutorProvider {
  readonly name: string;
  readonly description: string;
  /** Order in which `auto` tries executors, lowest first; undefined: never chosen by `auto`. */
  readonly preference?: number;
  /** Never throws and has no lasting effect. */
  probe(): Promise<ExecutorStatus>;
  /** Throws EXECUTOR_UNAVAILABLE with the reason, EXECUTOR_PROVIDER for an execution provider that it has not. */
  start(options?: RuntimeOptions): Promise<Executor>;
}
