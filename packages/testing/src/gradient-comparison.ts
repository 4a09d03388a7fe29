/**
 * Gradients block by block against plain automatic differentiation through the whole model.
 *
 * Letters: B batch, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, Params, TensorRecord } from '@mdpd/core';
import { blockwiseGradients } from '@mdpd/distill/fade/blockwise';
import { runModelAt, runStates } from '@mdpd/distill/forward';
import type { PartLimits } from '@mdpd/distill/part-sizes';
import { createTrainee, type TraineeSettings } from '@mdpd/distill/methods/trainee';
import { hostTensor } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { absoluteDifference, largest } from './differences.ts';
import { uploadAll, type ModelUnderTest } from './model-under-test.ts';
import { tidily } from './tidily.ts';

export interface GradientComparison {
  /** Relative difference of the two losses. */
  readonly loss: number;
  /** Largest difference of each gradient, relative to its largest value. */
  readonly byName: Readonly<Record<string, number>>;
  /** Largest difference of any gradient, relative to the largest value of all. */
  readonly overall: number;
  /** Gradients that are zero in every entry, although plain differentiation says otherwise, or the reverse. */
  readonly vanished: readonly string[];
}

/** A loss of the logits [B, C] that is linear in none of them. */
export function curvedLoss(logits: tf.Tensor): { loss: tf.Scalar; aux: TensorRecord } {
  const wanted = tf.tensor(
    Array.from({ length: logits.size }, (_, i) => Math.sin(1 + i)),
    logits.shape,
  );
  return { loss: tf.mean(tf.square(tf.sub(logits, wanted))) as tf.Scalar, aux: { logits } };
}

/** Runs both on the current backend. `limits`: how much goes back through a block at once. */
export function compareGradients(
  model: ModelUnderTest,
  settings: TraineeSettings,
  limits?: PartLimits,
): GradientComparison {
  const { backbone, head, specs } = model;
  const trainee = createTrainee({ backbone, parameters: specs }, settings);
  const host = trainee.split(model.parameters, createRandom(2));
  return tidily(() => {
    const [frozen, input] = [uploadAll(host.frozen), uploadAll(model.input)];
    const trained = uploadAll(withUpdates(host.trained));
    const paramsFrom = (given: Params) => trainee.paramsFrom(frozen, given);
    const plain = valueAndGrads(
      (given) => curvedLoss(runModelAt(backbone, head, paramsFrom(given), input)),
      trained,
    );
    const blockwise = blockwiseGradients({
      backbone,
      head,
      input,
      trained,
      paramsFrom,
      stageOf: trainee.stageOf,
      states: runStates(backbone, paramsFrom(trained), input, limits),
      loss: curvedLoss,
      ...(limits ? { limits } : {}),
    });
    return compare(plain, blockwise);
  });
}

/** B of a low-rank update starts at zero, and then A has no gradient: noise instead. */
function withUpdates(trained: HostRecord): HostRecord {
  const entries = Object.entries(trained).map(([name, tensor]) => {
    if (!name.endsWith('.lora_B')) return [name, tensor] as const;
    const random = createRandom(3, name);
    return [
      name,
      hostTensor(
        Float32Array.from(tensor.data, () => 0.2 * random.normal()),
        tensor.shape,
      ),
    ] as const;
  });
  return Object.fromEntries(entries);
}

interface Result {
  readonly loss: tf.Scalar;
  readonly grads: TensorRecord;
}

function compare(plain: Result, blockwise: Result): GradientComparison {
  const names = [...new Set([...Object.keys(plain.grads), ...Object.keys(blockwise.grads)])];
  const rows = names.map((name) => {
    const expected = plain.grads[name]?.dataSync() ?? [];
    const actual = blockwise.grads[name]?.dataSync() ?? [];
    const [size, difference] = [largest(expected), absoluteDifference(actual, expected)];
    return { name, size, difference, vanished: (size === 0) !== (largest(actual) === 0) };
  });
  const size = Math.max(...rows.map((row) => row.size));
  const relative = (difference: number, to: number): number => (difference === 0 ? 0 : difference / to);
  const [a, b] = [blockwise.loss.dataSync(), plain.loss.dataSync()];
  return {
    loss: relative(absoluteDifference(a, b), largest(b)),
    byName: Object.fromEntries(rows.map((row) => [row.name, relative(row.difference, row.size)])),
    overall: relative(Math.max(...rows.map((row) => row.difference)), size),
    vanished: rows.filter((row) => row.vanished).map((row) => row.name),
  };
}
