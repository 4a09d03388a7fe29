/**
 * The backbone contract: a chain of blocks over a state.
 *
 * Letters: B batch, N tokens, D width, H heads, C outputs, R raw values of a token.
 *
 * Everything here is a pure function of (params, input): no hidden state, no reading of tensor values,
 * static shapes. So the same code runs eagerly, is differentiated block by block, traced and exported.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Generation } from './generation.ts';
import type { RandomSource } from './random.ts';
import type { HostRecord, InputSpec, JsonObject, Params, TensorRecord } from './tensors.ts';

/** What a parameter is, which decides how methods train it: see `ParameterSpec.kind`. */
export type ParameterKind = 'norm' | 'bias' | 'weight' | 'embedding';

/** Which part of the chain reads a parameter: before the blocks, block i, after the blocks, or the head. */
export type Stage = 'embed' | number | 'finish' | 'head';

/** A parameter of a backbone or head: its name, shape and place in the chain of stages. */
export interface ParameterSpec {
  /** Hugging Face name, with the class prefix of the saved model (`vit.encoder.layer.0.…`). */
  readonly name: string;
  readonly shape: readonly number[];
  /** `norm` covers scale and shift of norms; `bias` every other shift; `weight` matrices and filters. */
  readonly kind: ParameterKind;
  readonly stage: Stage;
  /** The one stream that it belongs to, where its block changes several that do not meet; absent: all that the block changes. */
  readonly stream?: string;
  /**
   * Of a head: means the same whatever the task's labels are (a pooler, masked language modelling), so a checkpoint's
   * values are taken where it has them. Other parameters of a head are taken only where the labels are the same.
   */
  readonly pretrained?: boolean;
}

/**
 * What flows between blocks. Under the name of every stream stands its hidden state [B, N, D]: the tap.
 * Other entries are constants that blocks pass on unchanged (masks, position biases).
 */
export type State = Readonly<TensorRecord>;

/** Shape of a stream: the tokens [B, N, D] that pass through all blocks. */
export interface StreamSpec {
  /** N, tokens of the stream, special ones included; where it `follows` an input, the most. */
  readonly tokens: number;
  /** The variable input with whose length N changes: N = tokens − (its most − its length). Absent: N is always the same. */
  readonly follows?: string;
  /** D, width. */
  readonly width: number;
  /** H, attention heads. */
  readonly heads: number;
  /** Index of the token that `pool` reads, or `mean` over all tokens. */
  readonly pooled: number | 'mean';
  /** Name of the state's constant that says which tokens are real: [B, N], 1 or 0 (padding). Absent: all are. */
  readonly mask?: string;
  /** Blocks that change the stream, first and one past the last; default all. Before, its state is h_0. */
  readonly blocks?: readonly [first: number, end: number];
  /** Whether a token sees only itself and those before it. */
  readonly causal?: boolean;
  /** Streams at whose last state its blocks look (cross-attention of a decoder). */
  readonly reads?: readonly string[];
  /**
   * Streams that never meet this one in the backbone (the towers of CLIP), which its ladder of the side network looks at
   * as if its blocks did: what both say together only the side network can learn, and the head.
   */
  readonly fuses?: readonly string[];
}

/** What makes outputs of a backbone's finished state: a pure function of (params, features). */
export interface Head {
  /** Hugging Face class of backbone + head, as `architectures` in config.json names it. */
  readonly architecture: string;
  readonly parameters: readonly ParameterSpec[];
  /** The stream of whose finished state it reads every token, [B, N, D]; absent: what `Backbone.pool` gives, [B, D]. */
  readonly stream?: string;
  /**
   * What `apply` reads, [B, F], from the finished state of all streams, where that is neither `Backbone.pool` nor one
   * stream: attention over tokens, several streams side by side. `params` as those of `apply`.
   */
  features?(params: Params, finished: State): Tensor;
  /** Parameters of stage `embed` that `apply` reads too: word embeddings that are also the last matrix. Saved once. */
  readonly tied?: readonly string[];
  /**
   * Logits [B, C], or [B, N, C] of every token, from what it reads. `params` also has those of stage `finish`, and
   * those that are `tied`.
   */
  apply(params: Params, features: Tensor): Tensor;
  /**
   * What an exported file gives, by the names that Hugging Face's export of the class has, from what `apply` gives and all
   * parameters of the model. Absent: `logits`, which is what `apply` gives.
   */
  exported?(params: Params, output: Tensor): Readonly<TensorRecord>;
}

/**
 * A pretrained transformer as a chain of pure functions of (params, state) with static shapes: embed, L blocks,
 * finish, pool.
 */
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
  /**
   * Entries of the state besides the streams that depend on parameters of stage `embed` and reach later blocks
   * unchanged (position biases of T5): gradients flow through them too. Other entries are constants.
   */
  readonly carried?: readonly string[];
  /**
   * Entries of the state besides the streams whose first axis is B, one row an example (masks): with them named, large
   * batches go back through a block some examples at a time. Absent: a block always gets whole batches.
   */
  readonly perExample?: readonly string[];
  /** Every parameter of the backbone (not the head's), in checkpoint order. */
  readonly parameters: readonly ParameterSpec[];
  /** State h_0 from the inputs. */
  embed(params: Params, input: Readonly<TensorRecord>): State;
  /**
   * State h_{index+1} from h_index. Reads only parameters whose stage is `index`. What becomes of an example does not
   * depend on the others of its batch.
   */
  block(params: Params, index: number, state: State): State;
  /** What stands between the last block and the pooling: the final norm. Same keys as the state. */
  finish(params: Params, state: State): State;
  /** [B, D], what the head reads, from the finished state. */
  pool(params: Params, finished: State): Tensor;
  /** The head that Hugging Face defines for this kind of task, or undefined where there is none. */
  head(kind: HeadKind, outputs: number): Head | undefined;
  /** How it answers with its `seq2seq` head; `params` are backbone's and head's. Absent: it has no such head. */
  readonly generation?: Generation;
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

/**
 * `classification` and `regression` read the pooled state; `maskedLm` gives logits over the vocabulary for every token,
 * `seq2seq` for every token of the decoder. Of images with texts, each [B, C]: `vqa` logits of C answers; `box` four raw
 * values whose sigmoids are centre x, centre y, width and height as shares of the image; `matching` one logit, whether
 * the text describes the image; `embeddings` the image's and the text's unit vectors side by side, C twice their width
 * whatever was asked for.
 */
export type HeadKind =
  'classification' | 'regression' | 'maskedLm' | 'seq2seq' | 'vqa' | 'box' | 'matching' | 'embeddings';

/**
 * A family of backbones, as a plugin adds it: makes one from its config.json, and knows the names of its
 * checkpoints.
 */
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
