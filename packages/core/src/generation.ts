/**
 * The generation contract: answers of a model with a decoder, one token after another.
 *
 * Letters: B batch, T most tokens of an answer, V vocabulary.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Params, TensorRecord } from './tensors.ts';

/**
 * How a backbone answers, with its `seq2seq` head. Everything is a pure function of static shapes: one graph serves all
 * steps, because the position is a tensor and the cache has its full length from the start.
 */
export interface Generation<P = Params> {
  /** Token before the first of an answer. */
  readonly first: number;
  /** Tokens that end an answer. */
  readonly ends: readonly number[];
  /** Token after the end. */
  readonly padding: number;
  /** Inputs in which a whole answer is given to the model, one token late, and which of its tokens are real. */
  readonly answer: { readonly ids: string; readonly mask: string };
  /** What every step reads of the inputs besides the answer: keys and values over the encoder. Each [B, …]. */
  encode(params: P, input: Readonly<TensorRecord>): TensorRecord;
  /** The cache before the first step of answers of at most `tokens` tokens, T. Each [B, …]. */
  start(memory: Readonly<TensorRecord>, tokens: number): TensorRecord;
  /**
   * Logits [B, V] of the token that follows `tokens` [B], int32, which stand at `position`, an int32 scalar from 0 to
   * T − 1; and the cache with them in it.
   */
  step(
    params: P,
    memory: Readonly<TensorRecord>,
    cache: Readonly<TensorRecord>,
    tokens: Tensor,
    position: Tensor,
  ): { readonly logits: Tensor; readonly cache: TensorRecord };
}
