/**
 * The backbone contract: a chain of blocks over a state.
 *
 * Letters: B batch, N tokens, D width, H heads, C outputs, R raw values of a token.
 *
 * Everything here is a pure function of (params, input): no hidden state, no reading of tensor values,
 * static shapes. So the same code runs eagerly, is differentiated block by block, traced and exported.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RandomSource } from './random.ts';
import type { HostRecord, InputSpec, JsonObject, Params, TensorRecord } from './tensors.ts';

export type ParameterKind = 'norm' | 'bias' | 'weight' | 'embedding';

/** Which part of the chain reads a parameter: before the blocks, block i, after the blocks, or the head. */
export type Stage = 'embed' | number | 'finish' | 'head';

export interface ParameterSpec {
  /** Hugging Face name, with the class prefix of the saved model (`vit.encoder.layer.0.…`). */
  readonly name: string;
  readonly shape: readonly number[];
  /** `norm` covers scale and shift of norms; `bias` every other shift; `weight` matrices and filters. */
  readonly kind: ParameterKind;
  readonly stage: Stage;
}

/**
 * What flows between blocks. Under the name of every stream stands its hidden state [B, N, D]: the tap.
 * Other entries are constants that blocks pass on unchanged (masks, position biases).
 */
export type State = Readonly<TensorRecord>;

export interface StreamSpec {
  /** N, tokens of the stream, special ones included. */
  readonly tokens: number;
  /** D, width. */
  readonly width: number;
  /** H, attention heads. */
  readonly heads: number;
  /** Index of the token that `pool` reads, or `mean` over all tokens. */
  readonly pooled: number | 'mean';
}

export interface Head {
  /** Hugging Face class of backbone + head, as `architectures` in config.json names it. */
  readonly architecture: string;
  readonly parameters: readonly ParameterSpec[];
  /** Logits [B, C] from `Backbone.pool`'s [B, D]. */
  apply(params: Params, pooled: Tensor): Tensor;
}

export interface Backbone {
  /** Name of its provider: `vit`. */
  readonly family: string;
  /** config.json, as read. */
  readonly config: JsonObject;
  /** L, number of blocks. */
  readonly blocks: number;
  /** For every stream its shape. ViT has one, `image`. */
  readonly streams: Readonly<Record<string, StreamSpec>>;
  /** For every input its shape without the batch axis: `pixel_values` [3, H, W]. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Every parameter of the backbone (not the head's), in checkpoint order. */
  readonly parameters: readonly ParameterSpec[];
  /** State h_0 from the inputs. */
  embed(params: Params, input: Readonly<TensorRecord>): State;
  /** State h_{index+1} from h_index. Reads only parameters whose stage is `index`. */
  block(params: Params, index: number, state: State): State;
  /** What stands between the last block and the pooling: the final norm. Same keys as the state. */
  finish(params: Params, state: State): State;
  /** [B, D], what the head reads, from the finished state. */
  pool(params: Params, finished: State): Tensor;
  /** The head that Hugging Face defines for this kind of task, or undefined where there is none. */
  head(kind: HeadKind, outputs: number): Head | undefined;
  /** Attention probabilities [B, H, N, N] of block `index` for every stream it changes, from h_index (for measurements). */
  attention?(params: Params, index: number, state: State): Readonly<TensorRecord>;
  /**
   * Raw input values of every token, [B, N, R] by stream: the side network's own input path. `context` widens the
   * window around a token, in input values (pixels) on each side. Tokens without input (CLS) get zeros.
   */
  rawTokens?(input: Readonly<TensorRecord>, context: number): Readonly<TensorRecord>;
  /** Raw input of streams that lie on a grid, [B, rows, columns, channels]: an image's pixels, channels last. */
  rawGrid?(input: Readonly<TensorRecord>): Readonly<TensorRecord>;
}

export type HeadKind = 'classification' | 'regression';

export interface BackboneProvider {
  readonly name: string;
  readonly description: string;
  /** Values of config.json's `model_type` that it reads. */
  readonly modelTypes: readonly string[];
  /** Checks config.json and builds the backbone. Throws BACKBONE_CONFIG with the key, value and what is allowed. */
  create(config: JsonObject): Backbone;
  /** The name a checkpoint's tensor has in `Backbone.parameters` or `Head.parameters`; null for one to ignore. */
  canonicalName(name: string): string | null;
  /** Fresh parameters for pretraining from scratch, as the architecture's reference initialises them. */
  initialize(backbone: Backbone, random: RandomSource): HostRecord;
  /** config.json of the saved model, readable by Hugging Face `transformers`. */
  savedConfig(backbone: Backbone, head: Head, labels: readonly string[]): JsonObject;
}
