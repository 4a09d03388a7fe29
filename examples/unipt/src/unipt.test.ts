/** What only UniPT does, against values worked out by hand, and on the backbone that recipes use. */
import { runModel } from '@mdpd/distill/forward';
import { hosted } from '@mdpd/testing/method/state-checks';
import { withRun } from '@mdpd/testing/method/subject';
import { useBackend } from '@mdpd/tensor/backend';
import { sameBytes } from '@mdpd/testing/differences';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, TensorRecord } from '@mdpd/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { runParallel } from './parallel-network.ts';
import { uniptMethod } from './unipt-method.ts';

beforeAll(() => useBackend('cpu'));

const subject = { provider: uniptMethod, settings: {} };

describe('a run', () => {
  it('starts with what the backbone itself says', async () => {
    await withRun(subject, {}, async (run) => {
      const { input } = await run.inputOf(0);
      const state = run.state();
      const own = runModel(run.backbone, run.head, run.method.ship(state), input).dataSync();
      expect([...run.method.forward('side', state, input).dataSync()]).toEqual([...own]);
    });
  });

  it('trains side network and head, and nothing of the backbone', async () => {
    await withRun(subject, { steps: 3, run: 3 }, (run) => {
      const shipped = hosted(run.method.ship(run.state()));
      for (const { name, stage } of run.specs)
        expect(sameBytes(shipped[name]!.data, run.initial[name]!.data), name).toBe(stage !== 'head');
    });
  });

  it('keeps its side network: without it the answers differ', async () => {
    await withRun(subject, { steps: 6, run: 6 }, async (run) => {
      const { input } = await run.inputOf(0);
      const state = run.state();
      const without = runModel(run.backbone, run.head, run.method.ship(state), input);
      const difference = tf.max(tf.abs(tf.sub(run.method.forward('side', state, input), without)));
      expect(difference.dataSync()[0]).toBeGreaterThan(1e-3);
    });
  });
});

describe('the parallel network', () => {
  /** Two tokens of width 2, three layers; norms and projections that change nothing. */
  const backbone = {
    blocks: 2,
    streams: { s: { tokens: 2, width: 2, heads: 1, pooled: 'mean' } },
  } as unknown as Backbone;
  const zeros = (...shape: number[]): tf.Tensor => tf.zeros(shape);
  const states = (): { s: tf.Tensor }[] =>
    [
      [1, 3],
      [2, 4],
      [5, 1],
    ].map(([a, b]) => ({
      s: tf.tensor([
        [
          [a!, -a!],
          [-b!, b!],
        ],
      ]),
    }));

  /** All adapters are the identity, so after the norm every token is (1, −1) or (−1, 1). */
  function side(confidence: readonly [number, number]): TensorRecord {
    const params: TensorRecord = {};
    for (const layer of [0, 1, 2]) {
      params[`s.down.${layer}.weight`] = tf.eye(2);
      params[`s.down.${layer}.bias`] = zeros(2);
      params[`s.norm.${layer}.weight`] = tf.ones([2]);
      params[`s.norm.${layer}.bias`] = zeros(2);
    }
    confidence.forEach((bias, layer) => {
      params[`s.confidence.${layer}.weight`] = zeros(1, 2);
      params[`s.confidence.${layer}.bias`] = tf.tensor1d([bias]);
    });
    const both = tf.concat([tf.eye(2), tf.neg(tf.eye(2))], 0);
    params['s.project.0.weight'] = both;
    params['s.project.0.bias'] = zeros(4);
    params['s.project.1.weight'] = tf.transpose(both);
    params['s.project.1.bias'] = zeros(2);
    params['s.project.norm.weight'] = zeros(2);
    params['s.project.norm.bias'] = tf.tensor1d([10, 20]);
    params['s.up.weight'] = tf.eye(2);
    params['s.up.bias'] = zeros(2);
    return params;
  }

  it('adds the anchor and the projection to the last state', () => {
    // Anchor (1, −1) and (−1, 1); the projection's norm is the constant (10, 20).
    const output = runParallel(backbone, 's', side([0, 0]), states());
    const rounded = Array.from(output.dataSync(), Math.round);
    expect(rounded).toEqual([5 + 1 + 10, -5 - 1 + 20, -1 - 1 + 10, 1 + 1 + 20]);
  });

  it('listens to the layer that is confident', () => {
    // Layer 0 is turned: what its tokens show each other, and what they are themselves, is nothing together.
    const turned = [{ s: tf.neg(states()[0]!.s) }, ...states().slice(1)];
    const projected = (confidence: readonly [number, number]): number[] => {
      const params = {
        ...side(confidence),
        's.project.norm.weight': tf.ones([2]),
        's.project.norm.bias': zeros(2),
      };
      const output = runParallel(backbone, 's', params, turned);
      // The first token without the last state: the anchor (1, −1), and the normalised Σ w_l · p_l.
      return Array.from(tf.slice(tf.sub(output, turned[2]!.s), [0, 0, 0], [1, 1, 2]).dataSync(), Math.round);
    };
    expect(projected([-20, 20])).toEqual([2, -2]);
    expect(projected([20, -20])).toEqual([1, -1]);
  });
});
