/** Graphs of small functions, as traced and before any pass. */
import * as tf from '@tensorflow/tfjs-core';
import { bytesPerElement, sizeOf, type Graph } from '../graph.ts';
import { trace } from '../trace.ts';

/** The graph of `fn` for float32 operands of these shapes. */
export function graphOf(
  fn: (...operands: tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[],
  ...shapes: readonly (readonly number[])[]
): Graph {
  const operands = shapes.map((shape) => tf.zeros([...shape]));
  try {
    return trace(fn, operands).graph;
  } finally {
    tf.dispose(operands);
  }
}

/** Bytes of all results of nodes: what they write to memory. */
export const bytesWritten = ({ nodes }: Graph): number =>
  nodes
    .flatMap(({ outputs }) => outputs)
    .reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * bytesPerElement(dtype), 0);
