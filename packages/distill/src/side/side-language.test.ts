/** The side network over texts: streams of some blocks, reading, the future, and heads over tokens. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { hostTensor } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { absoluteDifference, relativeDifference } from '@mdpd/testing/differences';
import { tinyModel } from '@mdpd/testing/fixtures/tiny-models';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { linear64, matrixOf, type Matrix } from '@mdpd/testing/reference';
import { describe, expect, it } from 'vitest';
import { plainParams, runStates } from '../forward.ts';
import { drawTensors } from '../specs.ts';
import { runSide, sidePlan, tappedLayers, type SideOutput } from './side-network.ts';
import { sideSchema, type SideSettings } from './side-settings.ts';

const settings = (changes: object = {}): SideSettings => sideSchema.parse({ heads: 2, ...changes });

await useBackend('cpu');

function noisy(record: HostRecord): HostRecord {
  return Object.fromEntries(
    Object.entries(record).map(([name, { data, shape }]) => {
      const random = createRandom(6, name);
      return [
        name,
        hostTensor(
          Float32Array.from(data, (value) => value + 0.3 * random.normal()),
          shape,
        ),
      ];
    }),
  );
}

const ids = (rows: readonly (readonly number[])[]) =>
  hostTensor(rows.flat(), [rows.length, rows[0]!.length], 'int32');

const answering = tinyModel('answer');
const { backbone } = answering;
const model = modelUnderTest(answering.provider, backbone, answering.task.head);
const texts = ids([
  [1, 4, 9, 3, 7],
  [1, 8, 6, 0, 0],
]);
const input: HostRecord = {
  input_ids: texts,
  attention_mask: ids([
    [1, 1, 1, 1, 1],
    [1, 1, 1, 0, 0],
  ]),
  decoder_input_ids: ids([
    [1, 4, 4],
    [1, 3, 5],
  ]),
  decoder_attention_mask: ids([
    [1, 1, 1],
    [1, 1, 1],
  ]),
};
const plan = sidePlan(backbone, settings(), 12, 'decoder');
const side = noisy(drawTensors(plan, createRandom(3)));

/** Side output of the encoder-decoder with its own head; some inputs or backbone parameters replaced. */
function run(
  changes: HostRecord = {},
  weights: Readonly<TensorRecord> = uploadAll(side),
  given: SideSettings = settings(),
): SideOutput {
  const params = uploadAll(model.parameters);
  const batch = uploadAll({ ...input, ...changes });
  const states = runStates(backbone, plainParams(params), batch);
  const logits = (features: tf.Tensor): tf.Tensor => model.head.apply(params, features);
  return runSide(backbone, given, weights, states, batch, { stream: 'decoder', logits });
}

describe('streams that only some blocks change', () => {
  it('are tapped where they change', () => {
    expect(tappedLayers(backbone, settings(), 'encoder')).toEqual([1, 2]);
    expect(tappedLayers(backbone, settings(), 'decoder')).toEqual([3, 4]);
    expect(tappedLayers(backbone, settings({ layers: [2, 3] }), 'encoder')).toEqual([2]);
    expect(tappedLayers(backbone, settings({ layers: [2, 3] }), 'decoder')).toEqual([3]);
    expect(tappedLayers(backbone, settings({ layers: [2] }), 'decoder')).toEqual([]);
  });

  it('have side blocks beside those, and a tap before and after them', () => {
    const numbers = (stream: string, part: string): string[] => [
      ...new Set(
        Object.keys(plan).flatMap(
          (name) => new RegExp(`^side\\.${stream}\\.${part}\\.(\\d+)`).exec(name)?.[1] ?? [],
        ),
      ),
    ];
    expect([numbers('encoder', 'block'), numbers('encoder', 'down')]).toEqual([
      ['1', '2'],
      ['0', '1', '2'],
    ]);
    expect([numbers('decoder', 'block'), numbers('decoder', 'down')]).toEqual([
      ['3', '4'],
      ['2', '3', '4'],
    ]);
    expect([...run().states['decoder']!.keys()]).toEqual([3, 4]);
  });
});

describe('a stream that reads another', () => {
  it('has attention over it in every block, and the other has none', () => {
    expect(
      Object.keys(plan).filter((name) => name.includes('.read.') && name.endsWith('key.weight')),
    ).toEqual([
      'side.decoder.block.3.read.encoder.key.weight',
      'side.decoder.block.4.read.encoder.key.weight',
    ]);
  });

  /** The taps of the decoder as they were, those of the encoder of another text. */
  function withOtherEncoder(text: HostRecord[string]): Float32Array {
    const params = uploadAll(model.parameters);
    const [given, other] = [uploadAll(input), uploadAll({ ...input, input_ids: text })];
    const [states, others] = [given, other].map((one) => runStates(backbone, plainParams(params), one));
    const mixed = states!.map((state, index) => ({ ...state, encoder: others![index]!['encoder']! }));
    const logits = (features: tf.Tensor): tf.Tensor => features;
    return runSide(backbone, settings(), uploadAll(side), mixed, given, {
      stream: 'decoder',
      logits,
    }).logits.dataSync() as Float32Array;
  }

  it('sees what the side of the other makes of it, but for padding', () => {
    const plain = withOtherEncoder(texts);
    const half = plain.length / 2;
    const word = withOtherEncoder(
      ids([
        [1, 4, 9, 5, 7],
        [1, 8, 6, 0, 0],
      ]),
    );
    expect(absoluteDifference(word.subarray(0, half), plain.subarray(0, half))).toBeGreaterThan(1e-3);
    expect(word.subarray(half)).toEqual(plain.subarray(half));
    const padding = withOtherEncoder(
      ids([
        [1, 4, 9, 3, 7],
        [1, 8, 6, 5, 9],
      ]),
    );
    expect(padding).toEqual(plain);
  });
});

it('a causal stream does not see the future', () => {
  const [plain, other] = [
    run(),
    run({
      decoder_input_ids: ids([
        [1, 4, 9],
        [1, 3, 9],
      ]),
    }),
  ].map(({ logits }) => logits.arraySync() as number[][][]);
  for (const example of [0, 1]) {
    expect(other![example]!.slice(0, 2)).toEqual(plain![example]!.slice(0, 2));
    expect(other![example]![2]).not.toEqual(plain![example]![2]);
  }
});

describe('a head over tokens', () => {
  it('is read by way of a linear to the width of the backbone', () => {
    expect(plan['side.up.weight']!.shape).toEqual([8, 4]);
    expect(Object.keys(plan).some((name) => name.startsWith('side.head'))).toBe(false);
    const { logits } = run();
    expect(logits.shape).toEqual([2, 3, 12]);
    // Features before `up`, from the identity in its place.
    const pad = hostTensor(
      [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, ...new Array<number>(16).fill(0)],
      [8, 4],
    );
    const params = uploadAll(model.parameters);
    const given = uploadAll(input);
    const states = runStates(backbone, plainParams(params), given);
    const bare = {
      ...side,
      'side.up.weight': pad,
      'side.up.bias': hostTensor(new Array<number>(8).fill(0), [8]),
    };
    const features = runSide(backbone, settings(), uploadAll(bare), states, given, {
      stream: 'decoder',
      logits: (x) => tf.slice(x, [0, 0, 0], [-1, -1, 4]),
    }).logits;
    const rows = tf.reshape(features, [6, 4]).arraySync() as Matrix;
    const up = linear64(rows, side['side.up.weight']!, side['side.up.bias']!);
    const words = matrixOf(model.parameters['tiny_text.words.weight']!);
    const expected = up.flatMap((row) =>
      words.map((word) => word.reduce((sum, value, i) => sum + value * row[i]!, 0) / Math.sqrt(8)),
    );
    expect(relativeDifference(logits.dataSync(), expected)).toBeLessThan(1e-5);
  });

  it('starts nearly even', () => {
    const fresh = run({}, uploadAll(drawTensors(plan, createRandom(3)))).logits;
    const shares = tf.softmax(fresh).dataSync();
    expect(Math.max(...shares)).toBeLessThan(0.2);
  });

  it('gives every tensor of the ladders a gradient', () => {
    const weights = uploadAll(side);
    const names = Object.keys(weights);
    const { grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const record = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
      return tf.mean(tf.square(run({}, record).logits)) as tf.Scalar;
    })(Object.values(weights));
    const still = names.filter((_, i) => grads[i]!.dataSync().every((value) => Math.abs(value) < 1e-8));
    // The shift of keys moves every score of a query alike, which the soft-max does not see.
    expect(still.filter((name) => !name.endsWith('key.bias'))).toEqual([]);
  });
});

it('gives the same gradients where blocks run again, also to the ladder that is read', () => {
  const weights = uploadAll(side);
  const gradients = (recompute: boolean) =>
    valueAndGrads(
      (given) => ({ loss: tf.mean(tf.square(run({}, given, settings({ recompute })).logits)) }),
      weights,
    );
  const [kept, again] = [gradients(false), gradients(true)];
  expect(again.loss.dataSync()).toEqual(kept.loss.dataSync());
  for (const [name, gradient] of Object.entries(kept.grads)) {
    // Several blocks read the encoder's ladder: what they say about it is added up in another order.
    const [actual, expected] = [again.grads[name]!.dataSync(), gradient.dataSync()];
    expect(absoluteDifference(actual, expected), name).toBeLessThan(1e-6);
    expect(expected.some((value) => Math.abs(value) > 1e-5) || name.endsWith('key.bias'), name).toBe(true);
  }
});
