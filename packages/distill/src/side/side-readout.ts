/**
 * From the tokens of the side network to its logits.
 *
 * Letters: B batch, N tokens, D backbone width, S side width, C outputs.
 *
 * - Pooled: a linear of some tokens, or of their means.
 * - Of every token: `up(features)` [B, N, D] through the backbone's own head, which is a constant here (`TokenHead`).
 * - Through a head of the same form as the backbone's, whose parameters are the side network's own (`OwnHead`): it reads
 *   the finished states of all streams with `up(features)` added, which is small at first. Ladder Side-Tuning's up
 *   projection stands before the head, too; the sum is Side-Tuning's (Zhang et al. 2020).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Head, Params, State, TensorRecord } from '@mdpd/core';
import { headFeatures, plainParams } from '../forward.ts';
import { freshHeadPlan } from '../fresh-head.ts';
import { linearPlan, type TensorPlans } from '../specs.ts';
import { keyBias, meanOfTokens } from '../token-view.ts';
import { dense } from './side-block.ts';
import type { SideSettings } from './side-settings.ts';

/** The backbone's head, where it reads the tokens of a stream: its logits [B, N, C] from features [B, N, D]. */
export interface TokenHead {
  readonly stream: string;
  readonly logits: (features: tf.Tensor) => tf.Tensor;
}

/** The form of the backbone's head, to be filled with parameters of the side network. */
export interface OwnHead {
  readonly head: Head;
  /** What stands between the backbone's last block and its head reads these; constants here. */
  readonly model: Params;
}

export const isOwnHead = (given: TokenHead | OwnHead): given is OwnHead => 'head' in given;

/** Learned looks at the tokens with `pool: attention`. */
const looks = 4;

/** Vectors of S values a stream that a linear reads. */
const pooledParts: Readonly<Record<SideSettings['pool'], number>> = {
  auto: 2,
  stream: 1,
  mean: 1,
  both: 2,
  attention: 2 + looks,
  head: 0,
};

/** Values of a stream of width S that a linear reads. */
export const pooledWidth = (pool: SideSettings['pool'], width: number): number => width * pooledParts[pool];

/** What the pooling of a stream has to learn. */
export function poolPlan(name: string, pool: SideSettings['pool'], width: number): TensorPlans {
  return pool === 'attention' ? linearPlan(`${name}.looks`, width, looks) : {};
}

/** What a linear reads of a stream's features [B, N, S]: vectors [B, S] and [B, 4·S]. `pooled` as the stream's. */
export function poolSide(
  params: Params,
  name: string,
  x: tf.Tensor,
  pool: SideSettings['pool'],
  pooled: number | 'mean',
  mask: tf.Tensor | undefined,
): tf.Tensor[] {
  const mean = (): tf.Tensor => meanOfTokens(x, mask);
  const token = (): tf.Tensor =>
    pooled === 'mean'
      ? mean()
      : tf.reshape(tf.slice(x, [0, pooled, 0], [-1, 1, -1]), [x.shape[0]!, x.shape[2]!]);
  if (pool === 'stream') return [token()];
  if (pool === 'mean') return [mean()];
  const around = pool === 'attention' ? [lookAround(params, `${name}.looks`, x, mask)] : [];
  return [token(), mean(), ...around];
}

/** Means of all tokens by learned weights, one after the other: [B, N, S] to [B, looks·S]. */
function lookAround(params: Params, name: string, x: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  const scores = tf.reshape(tf.transpose(dense(params, name, x), [0, 2, 1]), [batch, looks, 1, tokens]);
  const weights = tf.softmax(mask ? tf.add(scores, keyBias(mask)) : scores, -1);
  const seen = tf.matMul(tf.reshape(weights, [batch, looks, tokens]), x);
  return tf.reshape(seen, [batch, looks * width]);
}

const UP = 'side.up';
const HEAD = 'side.head';

/** Almost nothing, so that logits start nearly even; not nothing, because a head may normalise what it reads. */
export const upGain = 0.1;

/** A side network's own head; `widths` are S of the streams. */
export function ownHeadPlan(
  backbone: Backbone,
  { parameters }: Head,
  widths: Readonly<Record<string, number>>,
): TensorPlans {
  const ups = Object.entries(widths).map(([stream, width]) =>
    linearPlan(`${UP}.${stream}`, width, backbone.streams[stream]!.width, upGain),
  );
  const own = parameters.map((spec) => [`${HEAD}.${spec.name}`, freshHeadPlan(spec)]);
  return Object.assign({}, ...ups, Object.fromEntries(own)) as TensorPlans;
}

/**
 * Logits [B, C] of a side network's own head.
 *
 * @param features - by stream the side network's finished tokens, [B, N, S]
 * @param last - h_L
 */
export function runOwnHead(
  backbone: Backbone,
  { head, model }: OwnHead,
  params: Params,
  features: Readonly<TensorRecord>,
  last: State,
): tf.Tensor {
  const finished = backbone.finish(model, last);
  const tokens = Object.entries(features).map(([stream, x]) => [
    stream,
    tf.add(finished[stream]!, dense(params, `${UP}.${stream}`, x)),
  ]);
  const own = Object.fromEntries(head.parameters.map(({ name }) => [name, params[`${HEAD}.${name}`]!]));
  const seen = { ...finished, ...(Object.fromEntries(tokens) as TensorRecord) };
  const at = plainParams({ ...model, ...own });
  return head.apply(at('head'), headFeatures(backbone, head, at, seen));
}
