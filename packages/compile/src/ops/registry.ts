/** Which graph nodes stand for each tfjs kernel. */
import * as tf from '@tensorflow/tfjs-core';
import type { Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';

/** Name under which tfjs knows the tracing backend. */
export const backendName = 'onnxruntime';

/** Inputs of a tfjs kernel, by the names that tfjs gives them. */
export type KernelInputs = Readonly<Record<string, Value>>;
/** Attributes of a tfjs kernel: `axis`, `transposeB`, … */
export type KernelAttributes = Readonly<Record<string, unknown>>;

/** Appends the nodes of one kernel call. */
export type Emitter = (
  builder: GraphBuilder,
  inputs: KernelInputs,
  attributes: KernelAttributes,
) => Value | readonly Value[];

/** Runs an emitter inside the current trace; the tracing backend sets it. */
export type KernelRunner = (
  kernelName: string,
  emit: Emitter,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attributes: KernelAttributes,
) => tf.TensorInfo | tf.TensorInfo[];

const emitters = new Map<string, Emitter>();
let runner: KernelRunner | undefined;

function register(kernelName: string, emit: Emitter): void {
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      runner!(
        kernelName,
        emit,
        inputs as Readonly<Record<string, tf.TensorInfo>>,
        (attrs ?? {}) as KernelAttributes,
      ),
  });
}

/**
 * Teaches the tracer a tfjs kernel: `emit` appends the nodes that compute it and returns their values. Kernels of your
 * own work alike: call `tf.engine().runKernel(name, inputs, attributes)` where the backend is `onnxruntime`.
 *
 * @throws when the kernel is known already
 */
export function registerOp(kernelName: string, emit: Emitter): void {
  if (emitters.has(kernelName)) throw new Error(`the kernel ${kernelName} is registered already`);
  emitters.set(kernelName, emit);
  if (runner) register(kernelName, emit);
}

/** Registers emitters by the name of their kernel, as `registerOp` does. */
export function registerOps(all: Readonly<Record<string, Emitter>>): void {
  for (const [name, emit] of Object.entries(all)) registerOp(name, emit);
}

/** Registers all kernels, those to come included, with tfjs. */
export function connectOps(run: KernelRunner): void {
  runner = run;
  for (const [name, emit] of emitters) register(name, emit);
}

/** Names of the kernels that can be compiled, sorted. */
export const opNames = (): string[] => [...emitters.keys()].sort();
