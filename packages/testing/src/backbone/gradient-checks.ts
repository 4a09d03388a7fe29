/**
 * Checks of a backbone's gradients: against finite differences, and block by block against all at once.
 *
 * Letters: B batch, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord } from '@mdpd/core';
import { runModel } from '@mdpd/distill/forward';
import type { TrainedParts } from '@mdpd/distill/methods/trainee';
import { upload } from '@mdpd/tensor/host';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { ensure, type Check } from '../check.ts';
import { largest } from '../differences.ts';
import { derivative, steepest } from '../finite-differences.ts';
import { compareGradients } from '../gradient-comparison.ts';
import { uploadAll } from '../model-under-test.ts';
import { tidily } from '../tidily.ts';
import { casesOf, type BackboneSubject, type Case } from './subject.ts';

const step = 0.02;

/** Σ w·logits with fixed weights, added up in float64. */
const weightOf = (i: number): number => Math.sin(1 + 1.3 * i);

function gradientsOf({ backbone, head, parameters, input: given }: Case): Record<string, Float32Array> {
  return tidily(() => {
    const input = uploadAll(given);
    const { grads } = valueAndGrads((params) => {
      const logits = runModel(backbone, head, params, input);
      const weights = tf.tensor(
        Array.from({ length: logits.size }, (_, i) => weightOf(i)),
        logits.shape,
      );
      return { loss: tf.sum(tf.mul(logits, weights)) };
    }, uploadAll(parameters));
    return Object.fromEntries(
      Object.entries(grads).map(([name, tensor]) => [name, tensor.dataSync().slice() as Float32Array]),
    );
  });
}

/** The weighted sum with one value of one parameter moved. */
function sumAt(one: Case, params: tf.NamedTensorMap, name: string, at: number, by: number): number {
  return tidily(() => {
    const { data, shape } = one.parameters[name]!;
    const moved = Float32Array.from(data);
    moved[at]! += by;
    const given = { ...params, [name]: upload({ data: moved, shape, dtype: 'float32' }) };
    const logits = runModel(one.backbone, one.head, given, uploadAll(one.input)).dataSync();
    return Array.from(logits).reduce((sum, value, i) => sum + value * weightOf(i), 0);
  });
}

/** One value of every parameter: the one with the steepest gradient, for norms, biases, matrices and embeddings alike. */
function checkFiniteDifferences(one: Case): void {
  const gradients = gradientsOf(one);
  const steepestOfAll = Math.max(...Object.values(gradients).map(largest));
  ensure(steepestOfAll > 0, 'has no gradient at all');
  const params = uploadAll(one.parameters as HostRecord);
  for (const { name } of one.specs) {
    const gradient = gradients[name];
    ensure(gradient !== undefined, `has no gradient for ${name}`);
    const at = steepest(gradient);
    const expected = derivative((by) => sumAt(one, params, name, at, by), step);
    const actual = gradient[at]!;
    const allowed = 0.01 * Math.abs(expected) + 0.001 * steepestOfAll;
    ensure(
      Math.abs(actual - expected) <= allowed,
      `the gradient of ${name}[${at}] is ${actual.toPrecision(4)}; finite differences say ${expected.toPrecision(4)}`,
    );
  }
  tf.dispose(params);
}

const lora = { rank: 2, alpha: 4, targets: '.' };

/** Norms, head and low-rank updates: the gradients that fading needs, each to 1e-5 of its largest value. */
function checkBlockwise(subject: BackboneSubject): void {
  for (const one of casesOf(subject)) {
    for (const parts of ['norm+head', 'lora+head', 'norm+lora+head'] satisfies TrainedParts[]) {
      const { byName, vanished, loss } = compareGradients(one, { parts, lora });
      ensure(
        vanished.length === 0,
        `block by block, ${vanished[0]} has a gradient only on one side; ${one.title}`,
      );
      for (const [name, difference] of Object.entries({ ...byName, loss })) {
        ensure(
          difference <= 1e-5,
          `block by block, the gradient of ${name} differs by ${difference.toExponential(1)} of its size; ${one.title}`,
        );
      }
    }
  }
}

/** Where the backbone says what has rows for examples, a block goes back for some of them at a time. */
function checkParts(subject: BackboneSubject): void {
  for (const one of casesOf(subject)) {
    if (!one.backbone.perExample) continue;
    const { overall } = compareGradients(one, { parts: 'norm+lora+head', lora }, { bytes: 1, parts: 2 });
    ensure(
      overall <= 1e-5,
      `some examples at a time, gradients differ by ${overall.toExponential(1)}; ${one.title}`,
    );
  }
}

/** Everything else: to 1e-5 of the largest gradient, because single ones may be nothing but rounding. */
function checkBlockwiseFull(subject: BackboneSubject): void {
  for (const one of casesOf(subject)) {
    const { overall } = compareGradients(one, { parts: 'full' });
    ensure(
      overall <= 1e-5,
      `block by block, gradients of all parameters differ by ${overall.toExponential(1)}; ${one.title}`,
    );
  }
}

/** The first classifier, and every head over tokens. */
function checkByDifferences(subject: BackboneSubject): void {
  casesOf(subject)
    .filter(({ kind }, index) => index === 0 || kind !== 'classification')
    .forEach(checkFiniteDifferences);
}

export const gradientChecks: readonly Check<BackboneSubject>[] = [
  { name: 'has gradients for every parameter that finite differences confirm', run: checkByDifferences },
  { name: 'has the same gradients block by block: norms, head, low-rank updates', run: checkBlockwise },
  { name: 'has the same gradients block by block: every parameter', run: checkBlockwiseFull },
  { name: 'has the same gradients for some examples at a time', run: checkParts },
];
