/**
 * The side network: a ladder of narrow transformer blocks over the taps of a backbone, one ladder a stream.
 *
 * Letters: B batch, N tokens, D backbone width, S side width (D / reductionFactor), R raw values a token,
 * C outputs, L blocks.
 *
 * Side block l runs beside backbone block l: it sees h_{l−1} and stands beside h_l.
 *   s_0 = positions [+ raw path], s_l = block_l(enter(s_{l−1}, h_{l−1})), features = norm(enter(s_L, h_L)),
 *   enter(s, h) = s + g·down(h) or g·s + (1 − g)·down(h), g = sigmoid(a / T), a learned for every tap.
 * A stream that only some blocks change has side blocks beside those alone; one that reads others looks at their
 * features. How logits come from the features: `side-readout.ts`.
 * Source: Ladder Side-Tuning, arXiv 2206.06522, `modeling_side_t5.py` (gates, one down projection a tap). Normalised
 * taps, the additive gate, the raw input path and pooling over tokens are ours (docs/method.md).
 */
import * as tf from '@tensorflow/tfjs-core';
import { MdpdError, type Backbone, type Head, type Params, type State, type TensorRecord } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { projectNormalized } from '../feature/tap-projection.ts';
import { linearPlan, normPlan, type TensorPlans } from '../specs.ts';
import { blockRange } from '../token-counts.ts';
import { keyBias, positionsFor, tokenView } from '../token-view.ts';
import { convStemPlan, runConvStem, summaryWidth } from './conv-stem.ts';
import {
  activationBytes,
  dense,
  norm,
  savingSideBlock,
  sideBlock,
  sideBlockPlan,
  type Source,
} from './side-block.ts';
import { readingOrder, sourcesOf } from './side-order.ts';
import {
  isOwnHead,
  ownHeadPlan,
  poolPlan,
  poolSide,
  pooledWidth,
  runOwnHead,
  upGain,
  type OwnHead,
  type TokenHead,
} from './side-readout.ts';
import type { SideSettings } from './side-settings.ts';

export interface SideShape {
  readonly width: number;
  readonly heads: number;
  readonly hidden: number;
}

export interface SideOutput {
  /** Side logits [B, C], or [B, N, C] with a token head. */
  readonly logits: tf.Tensor;
  /** For every stream and tapped layer l (from 1) the side state s_l, [B, N, S]. */
  readonly states: Readonly<Record<string, ReadonlyMap<number, tf.Tensor>>>;
}

/** Tapped layers of a stream, ascending. Throws SIDE_LAYERS where the backbone has no such block. */
export function tappedLayers(backbone: Backbone, settings: SideSettings, stream: string): number[] {
  const [first, end] = blockRange(backbone, stream);
  if (settings.layers === 'all') return Array.from({ length: end - first }, (_, index) => first + index + 1);
  const layers = [...new Set(settings.layers)].sort((a, b) => a - b);
  const beyond = layers.find((layer) => layer > backbone.blocks);
  if (beyond !== undefined) {
    throw new MdpdError('SIDE_LAYERS', `method.side.layers names block ${beyond}`, {
      allowed: `1 to ${backbone.blocks}, or all`,
      exitCode: 2,
    });
  }
  return layers.filter((layer) => layer > first && layer <= end);
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

/** What the side network sees of the raw input, by stream; streams without raw input have none. */
interface RawInput {
  /** Windows of every token, [B, N, R]. */
  readonly tokens: Readonly<TensorRecord>;
  /** The input as a grid, [B, rows, columns, channels]. */
  readonly grid: Readonly<TensorRecord>;
}

function rawInput(backbone: Backbone, settings: SideSettings, input: Readonly<TensorRecord>): RawInput {
  return {
    tokens: settings.input === 'taps+raw' ? (backbone.rawTokens?.(input, settings.context) ?? {}) : {},
    grid: settings.input === 'taps+conv' ? (backbone.rawGrid?.(input) ?? {}) : {},
  };
}

/** Shapes of the raw input of one example, without the batch axis. */
function rawShapes(
  backbone: Backbone,
  settings: SideSettings,
): { tokens: Record<string, number[]>; grid: Record<string, number[]> } {
  return tf.tidy(() => {
    const probe = Object.fromEntries(
      Object.entries(backbone.inputs).map(([name, { shape, dtype }]) => [
        name,
        tf.zeros([1, ...shape], dtype),
      ]),
    );
    const { tokens, grid } = rawInput(backbone, settings, probe);
    const shapes = (record: Readonly<TensorRecord>): Record<string, number[]> =>
      Object.fromEntries(Object.entries(record).map(([stream, tensor]) => [stream, tensor.shape.slice(1)]));
    return { tokens: shapes(tokens), grid: shapes(grid) };
  }) as { tokens: Record<string, number[]>; grid: Record<string, number[]> };
}

/** `reads` is the stream of a head over tokens, or the head that the side network has a copy of. */
export function sidePlan(
  backbone: Backbone,
  settings: SideSettings,
  outputs: number,
  reads?: string | Head,
): TensorPlans {
  const raw = rawShapes(backbone, settings);
  const plans: TensorPlans[] = [];
  let inputs = 0;
  for (const [stream, { width: tapWidth, tokens }] of Object.entries(backbone.streams)) {
    const shape = sideShape(backbone, stream, settings);
    const name = `side.${stream}`;
    inputs += pooledWidth(settings.pool, shape.width);
    plans.push(poolPlan(name, settings.pool, shape.width));
    plans.push({
      [`${name}.positions`]: {
        shape: [1, tokens, shape.width],
        initializer: { kind: 'normal', deviation: 0.02 },
      },
    });
    if (raw.tokens[stream]) {
      plans.push(linearPlan(`${name}.raw_in`, raw.tokens[stream][1]!, 2 * shape.width));
      plans.push(linearPlan(`${name}.raw_out`, 2 * shape.width, shape.width));
    }
    if (raw.grid[stream]) {
      plans.push(convStemPlan(`${name}.stem`, raw.grid[stream] as [number, number, number]));
      plans.push(linearPlan(`${name}.stem_out`, summaryWidth, shape.width));
      inputs += summaryWidth;
    }
    const widths = widthsOf(backbone, settings, sourcesOf(backbone, stream));
    for (const { tap, layer } of rungs(backbone, settings, stream)) {
      plans.push(linearPlan(`${name}.down.${tap}`, tapWidth, shape.width));
      plans.push({ [`${name}.gate.${tap}`]: { shape: [], initializer: { kind: 'zeros' } } });
      if (layer !== undefined) plans.push(sideBlockPlan(`${name}.block.${layer}`, shape, widths));
    }
    plans.push(normPlan(`${name}.norm`, shape.width));
  }
  plans.push(readoutPlan(backbone, settings, inputs, outputs, reads));
  return Object.assign({}, ...plans) as TensorPlans;
}

/** S of some streams. */
function widthsOf(
  backbone: Backbone,
  settings: SideSettings,
  streams: readonly string[],
): Record<string, number> {
  return Object.fromEntries(streams.map((stream) => [stream, sideShape(backbone, stream, settings).width]));
}

function readoutPlan(
  backbone: Backbone,
  settings: SideSettings,
  inputs: number,
  outputs: number,
  reads: string | Head | undefined,
): TensorPlans {
  if (reads === undefined) return linearPlan('side.head', inputs, outputs, 0);
  if (typeof reads !== 'string') {
    return ownHeadPlan(backbone, reads, widthsOf(backbone, settings, Object.keys(backbone.streams)));
  }
  const { width } = sideShape(backbone, reads, settings);
  return linearPlan('side.up', width, backbone.streams[reads]!.width, upGain);
}

/** Where a tap enters a ladder, and the block that follows. */
export interface Rung {
  /** Hidden state that enters here: h_tap. */
  readonly tap: number;
  /** Backbone block whose side block follows; none after the last tap. */
  readonly layer?: number;
}

/** The rungs of a stream's ladder, from its first tap on. */
export function rungs(backbone: Backbone, settings: SideSettings, stream: string): Rung[] {
  const [first, end] = blockRange(backbone, stream);
  const layers = tappedLayers(backbone, settings, stream);
  const blocks = layers.map((layer, index) => ({ tap: index === 0 ? first : layers[index - 1]!, layer }));
  return [...blocks, { tap: end }];
}

/** Runs the ladder over taps h_0 … h_L. Pure; taps are constants to it. */
export function runSide(
  backbone: Backbone,
  settings: SideSettings,
  params: Params,
  states: readonly State[],
  input: Readonly<TensorRecord>,
  reads?: TokenHead | OwnHead,
): SideOutput {
  const raw = rawInput(backbone, settings, input);
  const pooled: tf.Tensor[] = [];
  const finished: Record<string, Source> = {};
  const sideStates: Record<string, Map<number, tf.Tensor>> = {};
  for (const stream of readingOrder(backbone)) {
    const spec = backbone.streams[stream]!;
    const name = `side.${stream}`;
    const shape = sideShape(backbone, stream, settings);
    const layers = tappedLayers(backbone, settings, stream).length;
    const tokens = states[0]![stream]!.shape[1]!;
    const { mask, bias } = tokenView(spec, states[0]!, tokens);
    const sources = sourcesOf(backbone, stream).map((read) => finished[read]!);
    let s = positionsFor(params[`${name}.positions`]!, tokens);
    if (raw.tokens[stream]) s = tf.add(s, rawPath(params, name, raw.tokens[stream]));
    if (raw.grid[stream]) {
      const summary = runConvStem(params, `${name}.stem`, raw.grid[stream]);
      s = tf.add(s, tf.expandDims(dense(params, `${name}.stem_out`, summary), 1));
      pooled.push(summary);
    }
    sideStates[stream] = new Map();
    for (const { tap, layer } of rungs(backbone, settings, stream)) {
      s = enter(params, name, tap, s, states[tap]![stream]!, settings);
      if (layer === undefined) continue;
      const block = recomputes(settings, layers, shape, s.shape) ? savingSideBlock : sideBlock;
      s = block(params, `${name}.block.${layer}`, s, shape.heads, bias, sources);
      sideStates[stream].set(layer, s);
    }
    const features = norm(params, `${name}.norm`, s);
    finished[stream] = { stream, state: features, bias: mask && keyBias(mask) };
    if (reads === undefined) {
      pooled.push(...poolSide(params, name, features, settings.pool, spec.pooled, mask));
    }
  }
  const logits = reads
    ? readTokens(backbone, params, reads, finished, states.at(-1)!)
    : dense(params, 'side.head', pooled.length === 1 ? pooled[0]! : tf.concat(pooled, -1));
  return { logits, states: sideStates };
}

/** Logits of a head over all tokens. */
function readTokens(
  backbone: Backbone,
  params: Params,
  reads: TokenHead | OwnHead,
  finished: Readonly<Record<string, Source>>,
  last: State,
): tf.Tensor {
  if (!isOwnHead(reads)) return reads.logits(dense(params, 'side.up', finished[reads.stream]!.state));
  const features = Object.entries(finished).map(([stream, { state }]) => [stream, state]);
  return runOwnHead(backbone, reads, params, Object.fromEntries(features) as TensorRecord, last);
}

/** What the blocks of a ladder may keep for their backward pass before it is computed again instead, in bytes. */
const keptBytes = 64e6;

/** Whether blocks run again in the backward pass. Depends on shapes alone. */
function recomputes(
  { recompute }: SideSettings,
  layers: number,
  shape: SideShape,
  [batch, tokens]: readonly number[],
): boolean {
  return recompute === 'auto' ? layers * activationBytes(shape, batch!, tokens!) > keptBytes : recompute;
}

/** The ladder's state after a tap has come in. Taps are normalised: deep ones are larger by an order of magnitude. */
function enter(
  params: Params,
  name: string,
  tap: number,
  s: tf.Tensor,
  hidden: tf.Tensor,
  { gate, gateTemperature }: SideSettings,
): tf.Tensor {
  const down = downTap(params, `${name}.down.${tap}`, hidden);
  const g = tf.sigmoid(tf.div(params[`${name}.gate.${tap}`]!, gateTemperature));
  if (gate === 'add') return tf.add(s, tf.mul(g, down));
  // g·s + (1 − g)·down, with one product instead of two.
  return tf.add(down, tf.mul(g, tf.sub(s, down)));
}

/** Linear of the normalised tap, [B, N, D] to [B, N, S]. */
function downTap(params: Params, name: string, hidden: tf.Tensor): tf.Tensor {
  const [batch, tokens, width] = hidden.shape as [number, number, number];
  const weight = params[`${name}.weight`] as tf.Tensor2D;
  const projected = projectNormalized(tf.reshape(hidden, [batch * tokens, width]), weight);
  return tf.reshape(tf.add(projected, params[`${name}.bias`]!), [batch, tokens, weight.shape[0]]);
}

function rawPath(params: Params, name: string, window: tf.Tensor): tf.Tensor {
  return dense(params, `${name}.raw_out`, activation('gelu')(dense(params, `${name}.raw_in`, window)));
}
