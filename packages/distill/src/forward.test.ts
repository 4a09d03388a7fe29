import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainParams, runHead, runModel, runStates } from './forward.ts';

beforeAll(() => useBackend('cpu'));

describe.each([
  ['one stream', { blocks: 3 }],
  ['two streams', { streams: 2, blocks: 3 }],
] as const)('%s', (_name, config) => {
  const backbone = tinyBackbone(config);
  const { head, parameters, input } = modelUnderTest(tinyProvider, backbone);

  it('states are embedding and blocks, and the head of the last one is the model', () => {
    const [params, given] = [uploadAll(parameters), uploadAll(input)];
    const states = runStates(backbone, plainParams(params), given);
    expect(states).toHaveLength(4);
    let state = backbone.embed(params, given);
    for (let index = 0; index <= 3; index++) {
      for (const stream of Object.keys(backbone.streams))
        expect(states[index]![stream]!.dataSync()).toEqual(state[stream]!.dataSync());
      if (index < 3) state = backbone.block(params, index, state);
    }
    const logits = runModel(backbone, head, params, given);
    expect(logits.shape).toEqual([3, 4]);
    expect(runHead(backbone, head, plainParams(params), states[3]!).dataSync()).toEqual(logits.dataSync());
  });

  it('keeps of every block its state alone', () => {
    const [params, given] = [uploadAll(parameters), uploadAll(input)];
    const before = tf.memory().numTensors;
    const states = runStates(backbone, plainParams(params), given);
    const perState = Object.keys(states[0]!).length;
    // Blocks hand constants on, so that those count once.
    const streams = Object.keys(backbone.streams).length;
    expect(tf.memory().numTensors - before).toBe(perState + 3 * streams);
    tf.dispose(states.map((state) => Object.values(state)));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('asks for the parameters of every stage by name', () => {
    const [params, given] = [uploadAll(parameters), uploadAll(input)];
    const asked: unknown[] = [];
    const states = runStates(
      backbone,
      (stage) => {
        asked.push(stage);
        return params;
      },
      given,
    );
    expect(asked).toEqual(['embed', 0, 1, 2]);
    tf.dispose(states.map((state) => Object.values(state)));
  });
});
