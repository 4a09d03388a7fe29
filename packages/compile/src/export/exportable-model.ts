/** What can become a model file, and what it is before it is written. */
import type { HostRecord, InputSpec, Params, TensorRecord } from '@mdpd/core';
import type { Graph, Value } from '../graph.ts';

/** Letters: B batch. */
export interface ExportableModel {
  /** Outputs by name, each [B, …]: a pure function of its arguments, with shapes that depend on shapes alone. */
  forward(params: Params, input: Readonly<TensorRecord>): Readonly<TensorRecord>;
  readonly parameters: HostRecord;
  /** Inputs by name, shapes without the batch axis. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
}

/** A graph of any batch size, with its parameters as constants. */
export interface ModelGraph {
  /** Lengths in it that depend on the batch are those of one example size; see `dynamicBatch`. */
  readonly graph: Graph;
  /** Names of parameters; other constants are helpers. */
  readonly parameterNames: ReadonlyMap<Value, string>;
}

/** Name of the batch axis in the file. */
export const batchAxis = 'batch_size';
