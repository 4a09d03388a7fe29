import * as tf from '@tensorflow/tfjs-core';
import type { Params } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { measurePeak } from '@mdpd/tensor/memory-meter';
import { createRandom } from '@mdpd/tensor/random';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import { curvedLoss } from '@mdpd/testing/gradient-comparison';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { beforeAll, describe, expect, it } from 'vitest';
import { runModelAt, runStates } from '../forward.ts';
import { createTrainee, type TrainedParts } from '../methods/trainee.ts';
import { blockwiseGradients } from './blockwise.ts';

const [batch, tokens, width, heads] = [4, 12, 24, 4];
const lora = { rank: 2, alpha: 2, targets: '.' };
const float = 4;
/** One hidden state, B·N·D, in bytes. */
const tap = float * batch * tokens * width;
/** One attention map, B·H·N², in bytes. */
const map = float * batch * heads * tokens * tokens;

interface Peaks {
  readonly blockwise: number;
  readonly plain: number;
}

const known = new Map<string, Peaks>();

/** Most bytes alive over parameters and input, with `blocks` blocks. */
function peaks(parts: TrainedParts, blocks: number): Peaks {
  const key = `${parts} ${blocks}`;
  const found = known.get(key) ?? measurePeaks(parts, blocks);
  known.set(key, found);
  return found;
}

function measurePeaks(parts: TrainedParts, blocks: number): Peaks {
  const backbone = tinyBackbone({ blocks, width, heads, tokens });
  const model = modelUnderTest(tinyProvider, backbone, { batch });
  const trainee = createTrainee({ backbone, parameters: model.specs }, { parts, lora });
  const host = trainee.split(model.parameters, createRandom(1));
  const [frozen, trained, input] = [uploadAll(host.frozen), uploadAll(host.trained), uploadAll(model.input)];
  const paramsFrom = (given: Params) => trainee.paramsFrom(frozen, given);
  const measure = (run: () => object): number => {
    const { result, peakBytes } = measurePeak(() => tf.tidy(() => run() as tf.TensorContainer));
    tf.dispose(result);
    return peakBytes;
  };
  const found = {
    blockwise: measure(() => {
      const states = runStates(backbone, paramsFrom(trained), input);
      return blockwiseGradients({
        ...model,
        input,
        trained,
        states,
        paramsFrom,
        stageOf: trainee.stageOf,
        loss: curvedLoss,
      });
    }),
    plain: measure(() =>
      valueAndGrads(
        (given) => curvedLoss(runModelAt(backbone, model.head, paramsFrom(given), input)),
        trained,
      ),
    ),
  };
  tf.dispose([frozen, trained, input]);
  return found;
}

/** Bytes of the gradients of one block's trained tensors. */
function gradientBytes(parts: TrainedParts): number {
  const backbone = tinyBackbone({ blocks: 1, width, heads, tokens });
  const model = modelUnderTest(tinyProvider, backbone);
  const trainee = createTrainee({ backbone, parameters: model.specs }, { parts, lora });
  const { trained } = trainee.split(model.parameters, createRandom(1));
  const own = Object.entries(trained).filter(([name]) => trainee.stageOf(name) === 0);
  return float * own.reduce((sum, [, { data }]) => sum + data.length, 0);
}

beforeAll(() => useBackend('cpu'));

describe.each<TrainedParts>(['norm+head', 'norm+lora+head'])('memory of the gradients of %s', (parts) => {
  it('grows by the kept hidden state and the gradients themselves for every block, and by nothing else', () => {
    const [two, four, eight] = [2, 4, 8].map((blocks) => peaks(parts, blocks).blockwise);
    const perBlock = tap + gradientBytes(parts);
    for (const [growth, blocks] of [
      [four! - two!, 2],
      [eight! - four!, 4],
      [eight! - two!, 6],
    ] as const) {
      expect(growth / blocks / perBlock).toBeGreaterThan(0.99);
      expect(growth / blocks / perBlock).toBeLessThan(1.01);
    }
  });

  it('over the kept states is never more than one block at work', () => {
    const single = peaks(parts, 1);
    for (const blocks of [1, 2, 4, 8]) {
      const { blockwise } = peaks(parts, blocks);
      const beyondTaps = blockwise - (blocks + 1) * tap - blocks * gradientBytes(parts);
      // All of plain differentiation through one block, and the cotangents on either side of it.
      expect(beyondTaps).toBeLessThan(single.plain + 2 * tap);
      expect(beyondTaps).toBeGreaterThan(9 * tap);
    }
  });

  it('at once grows by at least nine hidden states and the attention map', () => {
    const [two, four, eight] = [2, 4, 8].map((blocks) => peaks(parts, blocks).plain);
    for (const growth of [(four! - two!) / 2, (eight! - four!) / 4]) {
      expect(growth).toBeGreaterThan(9 * tap + map);
      expect(growth).toBeLessThan(60 * tap + 6 * map);
    }
  });

  it('is a fraction of it for a model of eight blocks', () => {
    const { blockwise, plain } = peaks(parts, 8);
    expect(blockwise).toBeLessThan(0.45 * plain);
  });
});
