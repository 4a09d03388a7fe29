/**
 * Checks that padding is nothing to a backbone of texts.
 *
 * Letters: B batch, N tokens, D width, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, TensorRecord } from '@mdpd/core';
import { runHead, runStates, plainParams } from '@mdpd/distill/forward';
import { ensure, type Check } from '../check.ts';
import { uploadAll } from '../model-under-test.ts';
import { tidily } from '../tidily.ts';
import { padded, takesLengths } from './sample-input.ts';
import { casesOf, type BackboneSubject, type Case } from './subject.ts';

/** Of the largest value: what another order of additions may change. */
const tolerance = 1e-5;

interface Outcome {
  /** Of every stream, state by state, [B, N, D]. */
  readonly states: readonly (readonly [what: string, stream: string, state: tf.Tensor])[];
  readonly masks: Readonly<TensorRecord>;
  readonly logits: tf.Tensor;
}

function outcome({ backbone, head, parameters }: Case, given: HostRecord): Outcome {
  const at = plainParams(uploadAll(parameters));
  const states = runStates(backbone, at, uploadAll(given));
  const streams = Object.entries(backbone.streams);
  return {
    states: states.flatMap((state, index) =>
      streams.map(([stream]) => [`state ${index} of stream ${stream}`, stream, state[stream]!] as const),
    ),
    masks: Object.fromEntries(
      streams.flatMap(([stream, { mask }]) => (mask === undefined ? [] : [[stream, states[0]![mask]!]])),
    ),
    logits: runHead(backbone, head, at, states.at(-1)!),
  };
}

/** The first N tokens of [B, more, D], without those that `mask` [B, N] says are padding. */
function tokensOf(x: tf.Tensor, tokens: number, mask: tf.Tensor | undefined): tf.Tensor {
  const first = tf.slice(x, [0, 0, 0], [-1, tokens, -1]);
  return mask ? tf.mul(first, tf.expandDims(mask, 2)) : first;
}

function ensureSame(short: tf.Tensor, long: tf.Tensor, what: string, title: string): void {
  const size = Math.max(1, tf.max(tf.abs(short)).dataSync()[0]!);
  const difference = tf.max(tf.abs(tf.sub(short, long))).dataSync()[0]!;
  ensure(
    difference <= tolerance * size,
    `padding changes ${what} by ${difference.toExponential(1)}; ${title}`,
  );
}

function checkLonger(one: Case): void {
  const { backbone, head, input, title } = one;
  if (!takesLengths(backbone)) return;
  const [short, long] = [outcome(one, input), outcome(one, padded(backbone, input))];
  short.states.forEach(([what, stream, state], index) => {
    const compared = (x: tf.Tensor): tf.Tensor => tokensOf(x, state.shape[1]!, short.masks[stream]);
    ensureSame(compared(state), compared(long.states[index]![2]), what, title);
  });
  const { stream } = head;
  const tokens = short.logits.shape[1]!;
  const logits = (x: tf.Tensor): tf.Tensor =>
    stream === undefined ? x : tokensOf(x, tokens, short.masks[stream]);
  ensureSame(logits(short.logits), logits(long.logits), 'logits', title);
}

export const paddingChecks: readonly Check<BackboneSubject>[] = [
  {
    name: 'gives the same tokens and logits with more padding',
    run: (subject) => {
      for (const one of casesOf(subject)) tidily(() => checkLonger(one));
    },
  },
];
