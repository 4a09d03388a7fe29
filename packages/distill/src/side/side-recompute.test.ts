import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { measurePeak } from '@mdpd/tensor/memory-meter';
import { createRandom } from '@mdpd/tensor/random';
import { valueAndGrads, type LossResult } from '@mdpd/tensor/vjp';
import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainParams, runStates } from '../forward.ts';
import { drawTensors } from '../specs.ts';
import { activationBytes } from './side-block.ts';
import { runSide, sidePlan } from './side-network.ts';
import { sideSchema, type SideSettings } from './side-settings.ts';

beforeAll(() => useBackend('cpu'));

const [batch, tokens, outputs] = [4, 12, 3];

/** Loss and gradients of a side network of `blocks` blocks, and the most that was in memory meanwhile. */
function run(blocks: number, recompute: SideSettings['recompute']): { step: LossResult; peakBytes: number } {
  const backbone = tinyBackbone({ blocks, width: 24, heads: 4, tokens });
  const settings = sideSchema.parse({ input: 'taps', recompute });
  const model = modelUnderTest(tinyProvider, backbone, { batch });
  const [parameters, input] = [uploadAll(model.parameters), uploadAll(model.input)];
  const states = runStates(backbone, plainParams(parameters), input);
  const side = uploadAll(drawTensors(sidePlan(backbone, settings, outputs), createRandom(1)));
  // The head starts with zeros, behind which nothing has a gradient.
  side['side.head.weight'] = tf.randomNormal(side['side.head.weight']!.shape, 0, 1, 'float32', 2);
  const before = tf.memory().numTensors;
  const { result: step, peakBytes } = measurePeak(() =>
    valueAndGrads((given) => {
      const { logits, states: own } = runSide(backbone, settings, given, states, input);
      // As feature losses do: every state of the ladder matters by itself.
      const features = tf.addN([...own['main']!.values()].map((state) => tf.mean(tf.square(state))));
      return { loss: tf.add(tf.mean(tf.square(logits)), features), aux: { logits } };
    }, side),
  );
  const results = Object.keys(step.grads).length + 2;
  expect(tf.memory().numTensors).toBe(before + results);
  return { step, peakBytes };
}

describe('a side network that runs its blocks again', () => {
  it('has the same loss, logits and gradients, bit for bit', () => {
    const [kept, again] = [run(3, false).step, run(3, true).step];
    expect(again.loss.dataSync()).toEqual(kept.loss.dataSync());
    expect(again.aux['logits']!.dataSync()).toEqual(kept.aux['logits']!.dataSync());
    for (const [name, gradient] of Object.entries(kept.grads)) {
      expect(gradient.dataSync().some((value) => value !== 0) || name.endsWith('key.bias'), name).toBe(true);
      expect(again.grads[name]!.dataSync(), name).toEqual(gradient.dataSync());
    }
  });

  it('keeps of a further block little more than its state', () => {
    const [few, many] = [3, 7];
    const growth = (recompute: boolean): number =>
      (run(many, recompute).peakBytes - run(few, recompute).peakBytes) / (many - few);
    const shape = { width: 12, heads: 2, hidden: 24 };
    const kept = activationBytes(shape, batch, tokens);
    const [plain, saving] = [growth(false), growth(true)];
    expect(plain).toBeGreaterThan(0.8 * kept);
    expect(plain - saving).toBeGreaterThan(0.7 * kept);
  });

  it('does not do so by itself where blocks are small', () => {
    const peaks = ([false, 'auto', true] as const).map((recompute) => run(3, recompute).peakBytes);
    expect(peaks[1]).toBe(peaks[0]);
    expect(peaks[2]).toBeLessThan(peaks[0]!);
  });
});
