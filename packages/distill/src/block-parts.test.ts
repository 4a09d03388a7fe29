import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { tinyModel, type TinyModelName } from '@mdpd/testing/fixtures/tiny-models';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { tidily } from '@mdpd/testing/tidily';
import { beforeAll, describe, expect, it } from 'vitest';
import { partsOfBlock, runBlock } from './block-parts.ts';
import { runStates, plainParams } from './forward.ts';

beforeAll(() => useBackend('cpu'));

const batch = 5;

function modelOf(name: TinyModelName) {
  const { provider, backbone, task } = tinyModel(name);
  return modelUnderTest(provider, backbone, { ...task.head, batch });
}

describe('partsOfBlock', () => {
  const stream = { tokens: 6, width: 8, heads: 2, pooled: 0 };
  const named = { left: { ...stream, tokens: 4 }, right: stream };
  const state = () => ({ left: tf.zeros([batch, 4, 8]), right: tf.zeros([batch, 6, 8]) });

  it('goes by the largest stream', () => {
    // A row of the right one has 192 bytes.
    const sizes = (bytes: number) =>
      partsOfBlock({ streams: named, perExample: [] }, state(), { bytes, parts: 4 });
    expect(sizes(960)).toEqual([5]);
    expect(sizes(959)).toEqual([4, 1]);
    expect(sizes(1)).toEqual([2, 2, 1]);
  });

  it('leaves whole what it cannot divide, and small models', () => {
    expect(partsOfBlock({ streams: named }, state(), { bytes: 1, parts: 4 })).toEqual([5]);
    expect(partsOfBlock({ streams: named, perExample: [] }, state())).toEqual([5]);
  });
});

describe.each<TinyModelName>(['one', 'two', 'text', 'pair', 'answer'])('runBlock of %s', (name) => {
  it('gives the same states part by part, hands on what a block does not change, and leaves nothing behind', () => {
    const { backbone, parameters, input: given } = modelOf(name);
    tidily(() => {
      const [params, input] = [uploadAll(parameters), uploadAll(given)];
      const whole = runStates(backbone, plainParams(params), input);
      const live = tf.memory().numTensors;
      for (let index = 0; index < backbone.blocks; index++) {
        const [before, expected] = [whole[index]!, whole[index + 1]!];
        const after = runBlock(backbone, params, index, before, { bytes: 1, parts: 3 });
        expect(Object.keys(after).sort()).toEqual(Object.keys(expected).sort());
        for (const [entry, tensor] of Object.entries(expected)) {
          if (before[entry] === tensor) expect(after[entry]).toBe(tensor);
          else expect(after[entry]!.dataSync()).toEqual(tensor.dataSync());
        }
        tf.dispose(Object.values(after).filter((tensor) => !Object.values(before).includes(tensor)));
      }
      expect(tf.memory().numTensors).toBe(live);
    });
  });
});
