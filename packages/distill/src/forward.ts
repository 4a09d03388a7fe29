/**
 * Plain runs of a backbone: the model that ships, and the chain of states that side networks tap.
 *
 * Letters: B batch, N tokens, D width, C outputs, L blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Head, Params, Stage, State, TensorRecord } from '@mdpd/core';
import { runBlock } from './block-parts.ts';
import type { PartLimits } from './part-sizes.ts';

/**
 * Parameters as one stage of the chain reads them. Low-rank updates are merged here, stage by stage, so that never
 * more than one stage's merged weights are alive.
 */
export type StageParams = (stage: Stage) => Params;

/** The same parameters for every stage: of a model without low-rank updates. */
export const plainParams =
  (params: Params): StageParams =>
  () =>
    params;

/**
 * States h_0 … h_L; memory of a block's inner activations is freed before the next one runs, and large batches run part
 * by part.
 */
export function runStates(
  backbone: Backbone,
  at: StageParams,
  input: Readonly<TensorRecord>,
  limits?: PartLimits,
): State[] {
  const states: State[] = [tf.tidy(() => backbone.embed(at('embed'), input) as TensorRecord)];
  for (let index = 0; index < backbone.blocks; index++) {
    const before = states[index]!;
    states.push(tf.tidy(() => runBlock(backbone, at(index), index, before, limits) as TensorRecord));
  }
  return states;
}

/** Frees states. What they hand on of the input as it came stays: it is the caller's. */
export function disposeStates(states: readonly State[], input: Readonly<TensorRecord>): void {
  const given = new Set(Object.values(input));
  for (const state of states) tf.dispose(Object.values(state).filter((tensor) => !given.has(tensor)));
}

/** What the head reads of the finished state: its own features, the tokens of a stream, or the pooled state. */
export function headFeatures(backbone: Backbone, head: Head, at: StageParams, finished: State): tf.Tensor {
  if (head.features) return head.features(at('head'), finished);
  return head.stream === undefined ? backbone.pool(at('finish'), finished) : finished[head.stream]!;
}

/** Logits from h_L: [B, C], or [B, N, C] where the head reads the tokens of a stream. */
export function runHead(backbone: Backbone, head: Head, at: StageParams, last: State): tf.Tensor {
  const finished = backbone.finish(at('finish'), last);
  return head.apply(at('head'), headFeatures(backbone, head, at, finished));
}

/** Logits [B, C] or [B, N, C] of backbone + head: the whole of what ships. */
export function runModel(
  backbone: Backbone,
  head: Head,
  params: Params,
  input: Readonly<TensorRecord>,
): tf.Tensor {
  return runModelAt(backbone, head, plainParams(params), input);
}

/** What the exported model gives, by name. */
export function runExported(
  backbone: Backbone,
  head: Head,
  params: Params,
  input: Readonly<TensorRecord>,
): Readonly<TensorRecord> {
  const output = runModel(backbone, head, params, input);
  return head.exported?.(params, output) ?? { logits: output };
}

/** `runModel` with parameters by stage. Differentiable as a whole: nothing is freed between blocks. */
export function runModelAt(
  backbone: Backbone,
  head: Head,
  at: StageParams,
  input: Readonly<TensorRecord>,
): tf.Tensor {
  let state = backbone.embed(at('embed'), input);
  for (let index = 0; index < backbone.blocks; index++) state = backbone.block(at(index), index, state);
  return runHead(backbone, head, at, state);
}
