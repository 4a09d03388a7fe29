import * as tf from '@tensorflow/tfjs-core';
import type { Backbone } from '@mdpd/core';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import { modelUnderTest } from '@mdpd/testing/model-under-test';
import { expect, it } from 'vitest';
import { boundaryOf, diagonality } from '../feature/boundary.ts';
import { measureBoundary } from './measure-boundary.ts';

const plain = tinyBackbone({ blocks: 4, streams: 2 });
const { parameters, input } = modelUnderTest(tinyProvider, plain);
const batch = { size: 3, input, target: {} };

/** Attention that stays on the diagonal up to a block and then leaves it. */
function leaving(after: Readonly<Record<string, number>>): Backbone {
  return {
    ...plain,
    attention: (_params, index) =>
      Object.fromEntries(
        Object.entries(after).map(([stream, last]) => {
          const tokens = plain.streams[stream]!.tokens;
          const map = index < last ? tf.eye(tokens) : tf.fill([tokens, tokens], 1 / tokens);
          return [stream, tf.tile(tf.reshape(map, [1, 1, tokens, tokens]), [3, 2, 1, 1])];
        }),
      ),
  };
}

it('is the last block that looks at near tokens, for every stream', async () => {
  const executor = await cpuExecutor.start();
  const before = tf.memory().numTensors;
  const backbone = leaving({ left: 3, right: 1 });
  expect(await measureBoundary({ backbone, executor, initial: parameters }, batch)).toEqual({
    left: 3,
    right: 1,
  });
  expect(tf.memory().numTensors).toBe(before);
});

it('is unknown where the backbone shows no attention', async () => {
  const executor = await cpuExecutor.start();
  const { attention: _without, ...backbone } = plain;
  expect(await measureBoundary({ backbone, executor, initial: parameters }, batch)).toBeUndefined();
});

it("follows the backbone's own attention", async () => {
  const executor = await cpuExecutor.start();
  const measured = await measureBoundary({ backbone: plain, executor, initial: parameters }, batch);
  const own = tf.tidy(() => {
    const upload = (record: typeof input) =>
      Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, executor.upload(tensor)]));
    const deltas = diagonality(plain, upload(parameters), upload(input));
    return Object.fromEntries(
      Object.entries(deltas).map(([stream, values]) => [stream, boundaryOf(Array.from(values.dataSync()))]),
    );
  });
  expect(measured).toEqual(own);
});
