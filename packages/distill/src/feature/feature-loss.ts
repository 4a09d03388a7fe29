/**
 * Features from backbone to side: shallow layers imitate the backbone's hidden states, deep ones generate them from
 * randomly hidden tokens.
 *
 * Letters: B batch, N tokens, D backbone width, S side width, d code width, K masked layers.
 *
 * Code z_l = s_l·M_down [B, N, d], projected by M_up [d, D]; teacher: the tap normalised over D. In deep layers hidden
 * tokens of z_l are replaced by a learned token, positions are added, and a small generator (one head of attention
 * over the tokens, then an MLP, both of width d) fills them in; the loss covers all tokens, as in MGD
 * (arXiv 2205.01529). Generator and mask unit are ours: the paper's are not published. Padding is no token: it has no
 * share in the loss, and the generator does not see it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Params, State, TensorRecord } from '@mdpd/core';
import { sideBlock, sideBlockPlan } from '../side/side-block.ts';
import type { TensorPlans } from '../specs.ts';
import type { FeatureSettings } from './feature-settings.ts';
import { positionsFor, type TokenView } from '../token-view.ts';
import { gramFeatureLoss } from './gram.ts';

export interface FeatureLayers {
  readonly shallow: readonly number[];
  readonly deep: readonly number[];
}

/** Splits tapped layers at the boundary, by mode. */
export function featureLayers(
  layers: readonly number[],
  mode: FeatureSettings['mode'],
  boundary: number,
): FeatureLayers {
  if (mode === 'none') return { shallow: [], deep: [] };
  if (mode === 'imitate') return { shallow: layers, deep: [] };
  if (mode === 'generate') return { shallow: [], deep: layers };
  return {
    shallow: layers.filter((layer) => layer <= boundary),
    deep: layers.filter((layer) => layer > boundary),
  };
}

export function featurePlan(
  backbone: Backbone,
  stream: string,
  layers: FeatureLayers,
  sideWidth: number,
  rank: number,
): TensorPlans {
  const { width, tokens } = backbone.streams[stream]!;
  const plans: Record<string, TensorPlans[string]> = {};
  for (const layer of [...layers.shallow, ...layers.deep]) {
    const name = `feature.${stream}.${layer}`;
    plans[`${name}.down`] = { shape: [sideWidth, rank], initializer: { kind: 'fanIn', fanIn: sideWidth } };
    plans[`${name}.up`] = { shape: [rank, width], initializer: { kind: 'fanIn', fanIn: rank, gain: 0.5 } };
  }
  for (const layer of layers.deep) {
    const name = `feature.${stream}.${layer}`;
    plans[`${name}.mask_token`] = { shape: [rank], initializer: { kind: 'normal', deviation: 0.02 } };
    plans[`${name}.positions`] = {
      shape: [1, tokens, rank],
      initializer: { kind: 'normal', deviation: 0.02 },
    };
    Object.assign(plans, sideBlockPlan(`${name}.generator`, { width: rank, heads: 1, hidden: 2 * rank }));
  }
  return plans;
}

/** Per-element feature loss of every layer of one stream: the shallow ones, then the deep ones. */
export function featureLosses(
  params: Params,
  stream: string,
  layers: FeatureLayers,
  sideStates: ReadonlyMap<number, tf.Tensor>,
  states: readonly State[],
  noise: Readonly<TensorRecord>,
  view: TokenView = {},
): tf.Scalar[] {
  const losses: tf.Scalar[] = [];
  const lossOf = (layer: number, shape: (code: tf.Tensor) => tf.Tensor): void => {
    const name = `feature.${stream}.${layer}`;
    const code = project(sideStates.get(layer)!, params[`${name}.down`] as tf.Tensor2D);
    const up = params[`${name}.up`] as tf.Tensor2D;
    losses.push(gramFeatureLoss(shape(code), up, states[layer]![stream]!, view.mask));
  };
  for (const layer of layers.shallow) lossOf(layer, (code) => code);
  layers.deep.forEach((layer, index) => {
    const masks = noise[maskName(stream)] as tf.Tensor4D;
    lossOf(layer, (code) => generate(params, `feature.${stream}.${layer}`, code, masks, index, view.bias));
  });
  return losses;
}

/** Mean over layers. Zero layers give a zero. */
export function meanLoss(losses: readonly tf.Scalar[]): tf.Scalar {
  if (losses.length === 0) return tf.scalar(0);
  return tf.div(tf.addN([...losses]), losses.length) as tf.Scalar;
}

export const maskName = (stream: string): string => `mask.${stream}`;

function project(x: tf.Tensor, weight: tf.Tensor2D): tf.Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  return tf.reshape(tf.matMul(tf.reshape(x, [batch * tokens, width]), weight), [
    batch,
    tokens,
    weight.shape[1],
  ]);
}

/** Fills in hidden tokens of a code, [B, N, d] to [B, N, d]. */
function generate(
  params: Params,
  name: string,
  code: tf.Tensor,
  masks: tf.Tensor4D,
  index: number,
  bias: tf.Tensor | undefined,
): tf.Tensor {
  const [, batch, tokens] = masks.shape;
  const mask = tf.reshape(tf.slice(masks, [index, 0, 0, 0], [1, -1, -1, -1]), [batch, tokens, 1]);
  const token = params[`${name}.mask_token`]!;
  const hidden = tf.add(tf.mul(code, tf.sub(1, mask)), tf.mul(mask, token));
  const positions = positionsFor(params[`${name}.positions`]!, tokens);
  return sideBlock(params, `${name}.generator`, tf.add(hidden, positions), 1, bias);
}
