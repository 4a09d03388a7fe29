/**
 * Exact gradients of norms, head, biases and low-rank updates, one block at a time: every block is run again from
 * the hidden state that was kept before it, so that never more than one block's activations are alive. Where the
 * embedding is trained, what it hands to later blocks besides the streams (`Backbone.carried`) has gradients as well,
 * which add up on the way down. Large batches go through a block's backward pass some examples at a time.
 *
 * Letters: B batch, N tokens, D width, C outputs, L blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Head, Params, Stage, State, TensorRecord } from '@mdpd/core';
import { recompute } from '@mdpd/tensor/recompute';
import { valueAndGrads, vjp } from '@mdpd/tensor/vjp';
import { gradientsByParts, partsOfBlock, type Part } from '../block-parts.ts';
import { runHead, type StageParams } from '../forward.ts';
import type { PartLimits } from '../part-sizes.ts';

export interface BlockwiseJob {
  readonly backbone: Backbone;
  readonly head: Head;
  /** Builds what a stage reads from the trained tensors (merging updates); called inside the differentiation. */
  readonly paramsFrom: (trained: Params) => StageParams;
  readonly trained: Params;
  /** Stage that reads each trained tensor. */
  readonly stageOf: (name: string) => Stage;
  /** h_0 … h_L of the same parameters and input. Only its elements before the block at work are read. */
  readonly states: readonly State[];
  readonly input: Readonly<TensorRecord>;
  /** Scalar loss of the logits [B, C] or [B, N, C], and whatever else is wanted of the same pass. */
  readonly loss: (logits: tf.Tensor) => { loss: tf.Scalar; aux?: TensorRecord };
  /** How much goes back through a block at once. */
  readonly limits?: PartLimits;
}

export interface BlockwiseResult {
  readonly loss: tf.Scalar;
  readonly aux: TensorRecord;
  /** Gradient of the loss for every trained tensor. */
  readonly grads: TensorRecord;
}

function pick(trained: Params, stageOf: (name: string) => Stage, stages: readonly Stage[]): TensorRecord {
  return Object.fromEntries(Object.entries(trained).filter(([name]) => stages.includes(stageOf(name))));
}

/** The lowest block that must be differentiated: −1 stands for the embedding, L for none. */
function lowestBlock(job: BlockwiseJob): number {
  const order = (stage: Stage): number =>
    stage === 'embed' ? -1 : typeof stage === 'number' ? stage : job.backbone.blocks;
  return Math.min(job.backbone.blocks, ...Object.keys(job.trained).map((name) => order(job.stageOf(name))));
}

/** Gradients equal to those of plain automatic differentiation through the whole backbone. Source: method §5.4, B. */
export function blockwiseGradients(job: BlockwiseJob): BlockwiseResult {
  const { backbone, head, trained, states, stageOf } = job;
  const last = states[backbone.blocks]!;
  const lowest = lowestBlock(job);
  const flowing = [...Object.keys(backbone.streams), ...(lowest < 0 ? (backbone.carried ?? []) : [])];
  const final = { ...pick(trained, stageOf, ['finish', 'head']), ...only(trained, head.tied ?? []) };
  const headInputs = { ...final, ...(lowest < backbone.blocks ? only(last, flowing) : {}) };
  const top = valueAndGrads((inputs) => {
    const at = job.paramsFrom({ ...trained, ...only(inputs, Object.keys(final)) });
    return job.loss(runHead(backbone, head, at, { ...last, ...only(inputs, flowing) }));
  }, headInputs);

  const grads: TensorRecord = only(top.grads, Object.keys(final));
  let cotangents = only(top.grads, flowing);
  for (let index = backbone.blocks - 1; index >= lowest; index--) {
    const own = pick(trained, stageOf, [index === -1 ? 'embed' : index]);
    const below = stepDown(job, index, own, cotangents, index > lowest ? flowing : []);
    tf.dispose(cotangents);
    addTo(grads, only(below, Object.keys(own)));
    cotangents = only(below, flowing);
  }
  tf.dispose(cotangents);
  return { loss: top.loss, aux: top.aux, grads };
}

/** Adds gradients of a stage: a tied parameter has some already, from the head. */
function addTo(grads: TensorRecord, more: TensorRecord): void {
  for (const [name, gradient] of Object.entries(more)) {
    const known = grads[name];
    grads[name] = known ? tf.add(known, gradient) : gradient;
    if (known) tf.dispose([known, gradient]);
  }
}

/** Gradients of one block's trained tensors and of those parts of the state before it that are `wanted`. */
function stepDown(
  job: BlockwiseJob,
  index: number,
  own: TensorRecord,
  cotangents: TensorRecord,
  wanted: readonly string[],
): TensorRecord {
  const { backbone, trained, limits } = job;
  const all = index === -1 ? {} : job.states[index]!;
  if (Object.keys(own).length + wanted.length === 0) return {};
  const gradientsOf = ({ before, cotangents: given }: Part): TensorRecord => {
    const forward = (inputs: Readonly<TensorRecord>): TensorRecord => {
      const at = job.paramsFrom({ ...trained, ...only(inputs, Object.keys(own)) });
      const after =
        index === -1
          ? backbone.embed(at('embed'), job.input)
          : backbone.block(at(index), index, { ...before, ...only(inputs, wanted) });
      return only(after, Object.keys(given));
    };
    return recompute(() => vjp(forward, { ...own, ...only(before, wanted) }, given));
  };
  const whole = { before: all, cotangents };
  // What is carried has no rows: all parts would count its cotangent.
  const isDivisible = index >= 0 && Object.keys(cotangents).every((name) => name in backbone.streams);
  const sizes = isDivisible ? partsOfBlock(backbone, all, limits) : [];
  return sizes.length <= 1 ? gradientsOf(whole) : gradientsByParts(backbone, whole, sizes, gradientsOf);
}

function only(record: Readonly<TensorRecord>, names: readonly string[]): TensorRecord {
  return Object.fromEntries(names.filter((name) => name in record).map((name) => [name, record[name]!]));
}
