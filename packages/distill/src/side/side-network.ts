/**
 * The side network: a ladder of narrow transformer blocks over the taps of a backbone, one ladder a stream.
 *
 * Letters: B batch, N tokens, D backbone width, S side width (D / reductionFactor), R raw values a token,
 * C outputs, L blocks.
 *
 * s_0 = down_0(h_0) [+ raw path], s ← μ_l·s + (1 − μ_l)·down_l(h_l), s_l = block_l(s), μ_l = sigmoid(a_l / T).
 * Source: Ladder Side-Tuning, arXiv 2206.06522, `modeling_side_t5.py` (gates, one down projection a tap); the raw
 * input path and mean pooling are ours (docs/method.md).
 */
import * as tf from '@tensorflow/tfjs-core';
import { MdpdError, type Backbone, type Params, type State, type TensorRecord } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { linearPlan, normPlan, type TensorPlans } from '../specs.ts';
import { dense, norm, sideBlock, sideBlockPlan } from './side-block.ts';
import type { SideSettings } from './side-settings.ts';

export interface SideShape {
  readonly width: number;
  readonly heads: number;
  readonly hidden: number;
}

export interface SideOutput {
  /** Side logits [B, C]. */
  readonly logits: tf.Tensor;
  /** For every stream and tapped layer l (from 1) the side state s_l, [B, N, S]. */
  readonly states: Readonly<Record<string, ReadonlyMap<number, tf.Tensor>>>;
}

/** Tapped layers, ascending. Throws SIDE_LAYERS where the backbone has no such block. */
export function tappedLayers(backbone: Backbone, settings: SideSettings): number[] {
  if (settings.layers === 'all') return Array.from({ length: backbone.blocks }, (_, index) => index + 1);
  const layers = [...new Set(settings.layers)].sort((a, b) => a - b);
  const beyond = layers.find((layer) => layer > backbone.blocks);
  if (beyond !== undefined) {
    throw new MdpdError('SIDE_LAYERS', `method.side.layers names block ${beyond}`, {
      allowed: `1 to ${backbone.blocks}, or all`,
      exitCode: 2,
    });
  }
  return layers;
}

/** Widths of a stream's ladder. Throws SIDE_WIDTH where heads do not divide the width. */
export function sideShape(backbone: Backbone, stream: string, settings: SideSettings): SideShape {
  const width = Math.max(1, Math.round(backbone.streams[stream]!.width / settings.reductionFactor));
  if (width % settings.heads !== 0) {
    throw new MdpdError('SIDE_WIDTH', `the side width ${width} does not split into ${settings.heads} heads`, {
      allowed: 'method.side.heads that divide the backbone width / method.side.reductionFactor',
      exitCode: 2,
    });
  }
  return { width, heads: settings.heads, hidden: Math.max(1, Math.round(width * settings.mlpRatio)) };
}

/** Values that one token's raw window has, by stream; empty where the backbone has no raw path. */
function rawSizes(backbone: Backbone, settings: SideSettings): Readonly<Record<string, number>> {
  if (settings.input !== 'taps+raw' || !backbone.rawTokens) return {};
  return tf.tidy(() => {
    const probe = Object.fromEntries(
      Object.entries(backbone.inputs).map(([name, { shape, dtype }]) => [
        name,
        tf.zeros([1, ...shape], dtype),
      ]),
    );
    const windows = backbone.rawTokens!(probe, settings.context);
    return Object.fromEntries(Object.entries(windows).map(([stream, window]) => [stream, window.shape[2]!]));
  });
}

export function sidePlan(backbone: Backbone, settings: SideSettings, outputs: number): TensorPlans {
  const raw = rawSizes(backbone, settings);
  const plans: TensorPlans[] = [];
  let pooledWidth = 0;
  for (const [stream, { width: tapWidth }] of Object.entries(backbone.streams)) {
    const shape = sideShape(backbone, stream, settings);
    const name = `side.${stream}`;
    pooledWidth += shape.width;
    plans.push(normPlan(`${name}.tap_norm.0`, tapWidth), linearPlan(`${name}.down.0`, tapWidth, shape.width));
    if (raw[stream] !== undefined) {
      plans.push(linearPlan(`${name}.raw_in`, raw[stream], 2 * shape.width));
      plans.push(linearPlan(`${name}.raw_out`, 2 * shape.width, shape.width));
    }
    for (const layer of tappedLayers(backbone, settings)) {
      plans.push(normPlan(`${name}.tap_norm.${layer}`, tapWidth));
      plans.push(linearPlan(`${name}.down.${layer}`, tapWidth, shape.width));
      plans.push({ [`${name}.gate.${layer}`]: { shape: [], initializer: { kind: 'zeros' } } });
      plans.push(sideBlockPlan(`${name}.block.${layer}`, shape));
    }
    plans.push(normPlan(`${name}.norm`, shape.width));
  }
  plans.push(linearPlan('side.head', pooledWidth, outputs));
  return Object.assign({}, ...plans) as TensorPlans;
}

/** Runs the ladder over taps h_0 … h_L. Pure; taps are constants to it. */
export function runSide(
  backbone: Backbone,
  settings: SideSettings,
  params: Params,
  states: readonly State[],
  input: Readonly<TensorRecord>,
): SideOutput {
  const layers = tappedLayers(backbone, settings);
  const raw =
    settings.input === 'taps+raw' && backbone.rawTokens ? backbone.rawTokens(input, settings.context) : {};
  const pooled: tf.Tensor[] = [];
  const sideStates: Record<string, Map<number, tf.Tensor>> = {};
  for (const [stream, spec] of Object.entries(backbone.streams)) {
    const name = `side.${stream}`;
    const { heads } = sideShape(backbone, stream, settings);
    let s = down(params, name, 0, states[0]![stream]!);
    if (raw[stream]) s = tf.add(s, rawPath(params, name, raw[stream]));
    sideStates[stream] = new Map();
    for (const layer of layers) {
      const gate = tf.sigmoid(tf.div(params[`${name}.gate.${layer}`]!, settings.gateTemperature));
      const tap = down(params, name, layer, states[layer]![stream]!);
      // μ·s + (1 − μ)·tap, with one product instead of two.
      s = tf.add(tap, tf.mul(gate, tf.sub(s, tap)));
      s = sideBlock(params, `${name}.block.${layer}`, s, heads);
      sideStates[stream].set(layer, s);
    }
    pooled.push(poolSide(norm(params, `${name}.norm`, s), settings, spec.pooled));
  }
  const features = pooled.length === 1 ? pooled[0]! : tf.concat(pooled, -1);
  return { logits: dense(params, 'side.head', features), states: sideStates };
}

/** The tap, normalised (hidden states of deep blocks differ in scale by an order of magnitude), at side width. */
function down(params: Params, name: string, layer: number, tap: tf.Tensor): tf.Tensor {
  return dense(params, `${name}.down.${layer}`, norm(params, `${name}.tap_norm.${layer}`, tap));
}

function rawPath(params: Params, name: string, window: tf.Tensor): tf.Tensor {
  return dense(params, `${name}.raw_out`, activation('gelu')(dense(params, `${name}.raw_in`, window)));
}

function poolSide(x: tf.Tensor, settings: SideSettings, pooled: number | 'mean'): tf.Tensor {
  if (settings.pool === 'mean' || pooled === 'mean') return tf.mean(x, 1);
  return tf.reshape(tf.slice(x, [0, pooled, 0], [-1, 1, -1]), [x.shape[0]!, x.shape[2]!]);
}
