/**
 * The parallel side network of UniPT (Diao et al., CVPR 2024, arXiv 2308.14316). There is no ladder: every layer's hidden
 * state is adapted by itself, so that all of them can be computed at the same time, and what they say is weighed by
 * confidence.
 *
 *     t_l = LN(down_l(h_l))                                 every layer, the anchor a = t_L among them
 *     p_l = (similarity(a, t_l) + I) · t_l                  ReLU of products, rows that add up to 1
 *     w = softmax over l of confidence_l(a ⊙ p_l)
 *     output = h_L + up(a + LN(W₂ · ReLU(W₁ · Σ w_l · p_l)))
 *
 * Ours: confidence is by token, where the paper pools, so that a causal stream stays causal; `up` starts at zero, so that
 * training starts from the backbone itself.
 *
 * Letters: B batch, N tokens, D backbone width, S side width, L blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Params, State } from '@mdpd/core';
import { linearPlan, normPlan, type TensorPlans } from '@mdpd/distill/specs';
import { blockRange } from '@mdpd/distill/token-counts';
import { tokenView, type TokenView } from '@mdpd/distill/token-view';
import { layerNorm } from '@mdpd/tensor/layer-norm';
import { linear } from '@mdpd/tensor/linear';

const epsilon = 1e-6;

/** S. */
function sideWidth(width: number, reductionFactor: number): number {
  return Math.max(1, Math.round(width / reductionFactor));
}

/** Layers of a stream: before its first block, and after each. */
function layersOf(backbone: Backbone, stream: string): number[] {
  const [first, end] = blockRange(backbone, stream);
  return Array.from({ length: end - first + 1 }, (_, index) => first + index);
}

/** Every tensor of the side networks of `streams`. */
export function parallelPlans(
  backbone: Backbone,
  streams: readonly string[],
  reductionFactor: number,
): TensorPlans {
  const plans = streams.map((stream) => {
    const { width } = backbone.streams[stream]!;
    const side = sideWidth(width, reductionFactor);
    const layers = layersOf(backbone, stream);
    const adapters = layers.map((layer) => ({
      ...linearPlan(`${stream}.down.${layer}`, width, side),
      ...normPlan(`${stream}.norm.${layer}`, side),
    }));
    const confidences = layers
      .slice(0, -1)
      .map((layer) => linearPlan(`${stream}.confidence.${layer}`, side, 1));
    return Object.assign(
      {},
      ...adapters,
      ...confidences,
      linearPlan(`${stream}.project.0`, side, 2 * side),
      linearPlan(`${stream}.project.1`, 2 * side, side),
      normPlan(`${stream}.project.norm`, side),
      linearPlan(`${stream}.up`, side, width, 0),
    ) as TensorPlans;
  });
  return Object.assign({}, ...plans) as TensorPlans;
}

/** h_L [B, N, D] of a stream with what its side network adds; from h_0 … h_L. */
export function runParallel(
  backbone: Backbone,
  stream: string,
  side: Params,
  states: readonly State[],
): tf.Tensor {
  const layers = layersOf(backbone, stream);
  const last = states[layers.at(-1)!]![stream]!;
  const view = tokenView(backbone.streams[stream]!, states[0]!, last.shape[1]!);
  const adapted = layers.map((layer) => {
    const down = dense(side, `${stream}.down.${layer}`, states[layer]![stream]!);
    return norm(side, `${stream}.norm.${layer}`, down);
  });
  const anchor = adapted.at(-1)!;
  const parallel = adapted.slice(0, -1).map((target) => interact(anchor, target, view));
  const confidences = parallel.map((each, index) =>
    dense(side, `${stream}.confidence.${layers[index]}`, tf.mul(anchor, each)),
  );
  const shares = tf.softmax(tf.concat(confidences, 2));
  const weighed = parallel.map((each, index) => tf.mul(each, tf.slice(shares, [0, 0, index], [-1, -1, 1])));
  const hidden = tf.relu(dense(side, `${stream}.project.0`, tf.addN(weighed)));
  const projected = norm(side, `${stream}.project.norm`, dense(side, `${stream}.project.1`, hidden));
  return tf.add(last, dense(side, `${stream}.up`, tf.add(anchor, projected)));
}

/** (similarity(anchor, target) + I) · target, [B, N, S]; padding and the future are not looked at. */
function interact(anchor: tf.Tensor, target: tf.Tensor, { bias }: TokenView): tf.Tensor {
  const [batch, tokens] = target.shape as [number, number, number];
  const products = tf.relu(tf.matMul(anchor, target, false, true));
  // A bias is 0 where a token is seen, and far below it elsewhere.
  const seen = bias && tf.cast(tf.greaterEqual(tf.reshape(bias, [-1, ...bias.shape.slice(2)]), 0), 'float32');
  const visible = seen ? tf.mul(products, seen) : products;
  const total = tf.add(tf.sum(visible, 2, true), epsilon);
  return tf.add(tf.matMul(tf.reshape(tf.div(visible, total), [batch, tokens, tokens]), target), target);
}

function dense(side: Params, name: string, x: tf.Tensor): tf.Tensor {
  return linear(x, side[`${name}.weight`]!, side[`${name}.bias`]!);
}

function norm(side: Params, name: string, x: tf.Tensor): tf.Tensor {
  return layerNorm(x, side[`${name}.weight`]!, side[`${name}.bias`]!, epsilon);
}
