/**
 * The side step: the side network learns the task from the taps, and its features from the backbone.
 *
 * Letters: B batch, C outputs, L blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {
  Backbone,
  HostRecord,
  LayerNumbers,
  MethodContext,
  Params,
  RandomSource,
  SeenLayers,
  State,
  StepInput,
  TensorRecord,
} from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import {
  featureLayers,
  featureLosses,
  featurePlan,
  maskName,
  meanLoss,
  type FeatureLayers,
} from '../feature/feature-loss.ts';
import type { FeatureSettings } from '../feature/feature-settings.ts';
import { drawTokenMask } from '../feature/mask.ts';
import { gatesOf } from '../side/side-gates.ts';
import { runSide, sidePlan, sideShape, tappedLayers } from '../side/side-network.ts';
import type { OwnHead, TokenHead } from '../side/side-readout.ts';
import { hasOwnHead, type SideSettings } from '../side/side-settings.ts';
import { drawTensors } from '../specs.ts';
import { blockRange } from '../token-counts.ts';
import { tokenView } from '../token-view.ts';
import { firstRows } from './step-batch.ts';
import type { Group } from './update.ts';

export interface SideStepResult {
  readonly loss: tf.Scalar;
  readonly grads: TensorRecord;
  /** Side logits [B + U, C], or [B, N, C] where the head reads tokens, before the update. */
  readonly logits: tf.Tensor;
  readonly taskLoss: tf.Scalar;
  readonly featureLoss: tf.Scalar;
  /** `featureLoss.<stream>`: of every layer that has one, the shallow ones first. */
  readonly layers: TensorRecord;
}

export interface SideTeacher {
  /** Fresh side network, couplers and generators. */
  initialize(random: RandomSource): HostRecord;
  readonly group: Group;
  noise(step: number, batchSize: number, tokens?: TokenCounts): HostRecord;
  /**
   * @param all inputs of the whole step, [B + U, …]: the labelled examples first, then unlabelled ones
   * @param rows B
   * @param model of backbone and head: constants, read where the side network uses that head or one like it
   */
  gradients(
    side: Params,
    states: readonly State[],
    step: StepInput,
    all: TensorRecord,
    rows: number,
    model: Params,
  ): SideStepResult;
  logits(side: Params, states: readonly State[], input: Readonly<TensorRecord>, model: Params): tf.Tensor;
  /** `gate` of every tap, `featureLoss` of every block that has one, and the boundary where layers are told apart by it. */
  layers(seen: SeenLayers): Promise<LayerNumbers>;
}

type TokenCounts = Readonly<Record<string, number>>;

/** Last shallow layer of a stream, counted from its first block: as set, or measured, or half of its blocks. */
export function resolveBoundary(
  backbone: Backbone,
  stream: string,
  setting: FeatureSettings['boundary'],
  measured: Readonly<Record<string, number>> | undefined,
): number {
  const [first, end] = blockRange(backbone, stream);
  if (typeof setting === 'number') return first + setting;
  const half = Math.floor((end - first) / 2);
  return first + (setting === 'measured' ? (measured?.[stream] ?? half) : half);
}

export function createSideTeacher(
  context: Pick<MethodContext, 'backbone' | 'head' | 'task' | 'boundary' | 'optimization' | 'seed'>,
  settings: { readonly side: SideSettings; readonly feature: FeatureSettings },
): SideTeacher {
  const { backbone, head, task, optimization } = context;
  const { side, feature } = settings;
  const { stream: tokenStream } = head;
  const hasOwn = tokenStream === undefined && hasOwnHead(side, task.head);
  const reads = (model: Params): TokenHead | OwnHead | undefined =>
    tokenStream === undefined
      ? hasOwn
        ? { head, model }
        : undefined
      : { stream: tokenStream, logits: (given) => head.apply(model, given) };
  const outputs = task.head.outputs;
  const streams = Object.keys(backbone.streams);
  const mode = feature.weight === 0 ? 'none' : feature.mode;
  const boundaries = Object.fromEntries(
    streams.map((stream) => [stream, resolveBoundary(backbone, stream, feature.boundary, context.boundary)]),
  );
  const layers: Record<string, FeatureLayers> = Object.fromEntries(
    streams.map((stream) => {
      const tapped = tappedLayers(backbone, side, stream);
      return [stream, featureLayers(tapped, mode, boundaries[stream]!)];
    }),
  );
  const plans = Object.assign(
    sidePlan(backbone, side, outputs, tokenStream ?? (hasOwn ? head : undefined)),
    ...streams.map((stream) =>
      featurePlan(backbone, stream, layers[stream]!, sideShape(backbone, stream, side).width, feature.rank),
    ),
  ) as ReturnType<typeof sidePlan>;

  const features = (
    params: Params,
    states: readonly State[],
    step: StepInput,
    sides: SideStates,
  ): { readonly loss: tf.Scalar; readonly layers: TensorRecord } => {
    const losses = streams.map((stream) => {
      const view = tokenView(backbone.streams[stream]!, states[0]!, states[0]![stream]!.shape[1]!);
      return featureLosses(params, stream, layers[stream]!, sides[stream]!, states, step.noise, view);
    });
    const named = streams.flatMap((stream, index) =>
      losses[index]!.length > 0 ? [[lossName(stream), tf.stack(losses[index]!)] as const] : [],
    );
    return { loss: tf.addN(losses.map(meanLoss)) as tf.Scalar, layers: Object.fromEntries(named) };
  };

  return {
    group: { rateOf: () => 'side', decays: (name) => (plans[name]?.shape.length ?? 0) === 2 },
    initialize: (random) => drawTensors(plans, random),
    noise: (step, batchSize, tokens) =>
      drawMasks(context, layers, feature.maskRatio, step, batchSize, tokens ?? {}),
    logits: (params, states, input, model) =>
      runSide(backbone, side, params, states, input, reads(model)).logits,
    gradients: (params, states, step, all, rows, model) => {
      const result = valueAndGrads((weights) => {
        const output = runSide(backbone, side, weights, states, all, reads(model));
        const taskLoss = tf.mean(
          task.loss(firstRows(output.logits, rows), step.target, optimization.labelSmoothing),
        ) as tf.Scalar;
        const matching = features(weights, states, step, output.states);
        return {
          loss: tf.add(taskLoss, tf.mul(matching.loss, feature.weight)) as tf.Scalar,
          aux: { logits: output.logits, taskLoss, featureLoss: matching.loss, ...matching.layers },
        };
      }, params as TensorRecord);
      const { logits, taskLoss, featureLoss: matching, ...perLayer } = result.aux;
      return {
        loss: result.loss,
        grads: result.grads,
        logits: logits!,
        taskLoss: taskLoss as tf.Scalar,
        featureLoss: matching as tf.Scalar,
        layers: perLayer,
      };
    },
    layers: (seen) => sideLayers({ backbone, side, layers, boundaries }, seen, mode === 'hierarchical'),
  };
}

const lossName = (stream: string): string => `featureLoss.${stream}`;

interface Ladders {
  readonly backbone: Backbone;
  readonly side: SideSettings;
  readonly layers: Readonly<Record<string, FeatureLayers>>;
  readonly boundaries: Readonly<Record<string, number>>;
}

async function sideLayers(
  { backbone, side, layers, boundaries }: Ladders,
  { state, step, read }: SeenLayers,
  hasBoundary: boolean,
): Promise<LayerNumbers> {
  const valueOf = async (name: string): Promise<number> => (await read(state.side[name]!)).data[0]!;
  const gate: Record<string, (number | null)[]> = {};
  const featureLoss: Record<string, (number | null)[]> = {};
  for (const [stream, { shallow, deep }] of Object.entries(layers)) {
    gate[stream] = await gatesOf(backbone, side, stream, valueOf);
    const losses = step[lossName(stream)];
    if (!losses) continue;
    const ofBlocks = new Array<number | null>(backbone.blocks).fill(null);
    [...shallow, ...deep].forEach((layer, index) => (ofBlocks[layer - 1] = losses[index]!));
    featureLoss[stream] = ofBlocks;
  }
  const hasLosses = Object.keys(featureLoss).length > 0;
  return {
    layers: { gate, ...(hasLosses ? { featureLoss } : {}) },
    ...(hasBoundary ? { boundary: boundaries } : {}),
  };
}

type SideStates = ReturnType<typeof runSide>['states'];

function drawMasks(
  { backbone, seed }: Pick<MethodContext, 'backbone' | 'seed'>,
  layers: Readonly<Record<string, FeatureLayers>>,
  ratio: number,
  step: number,
  batch: number,
  counts: TokenCounts,
): HostRecord {
  const random = createRandom(seed).fork(`mask ${step}`);
  const masks: HostRecord = {};
  for (const [stream, { deep }] of Object.entries(layers)) {
    if (deep.length === 0) continue;
    const tokens = counts[stream] ?? backbone.streams[stream]!.tokens;
    const shape = { layers: deep.length, batch, tokens };
    masks[maskName(stream)] = drawTokenMask(random.fork(stream), shape, ratio);
  }
  return masks;
}
