/** The few tensor types that every contract shares. Letters: B batch; other axes as each contract says. */
import type { DataType, Tensor } from '@tensorflow/tfjs-core';

/** Tensors by name. Parameters use their Hugging Face name. */
export type TensorRecord = Record<string, Tensor>;

/** Parameters by Hugging Face name, in Hugging Face's layout (a linear weight is [out, in]). */
export type Params = Readonly<TensorRecord>;

/** Arrays that hold the values of tensors. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** A tensor in JavaScript memory: what data loaders, random generators and files deal in. */
export interface HostTensor {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: Extract<DataType, 'float32' | 'int32' | 'bool'>;
}

/** Tensors in memory of JavaScript, by name. */
export type HostRecord = Record<string, HostTensor>;

/** Shape of one example, without the batch axis. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: HostTensor['dtype'];
  /**
   * Axes of `shape` that may be shorter in a batch: the tokens of a text. Data sets pad to few lengths, so that few
   * graphs are compiled; a model that is exported takes any. Zeros in all inputs are padding to the backbone.
   */
  readonly variable?: readonly number[];
}

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
/** An object of JSON: a config.json, for instance. */
export type JsonObject = { [key: string]: JsonValue };
