import * as tf from '@tensorflow/tfjs-core';
import type { Head, Params } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { linear } from '@mdpd/tensor/linear';
import { createRandom } from '@mdpd/tensor/random';
import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainParams, runStates } from '../forward.ts';
import { drawTensors } from '../specs.ts';
import { runSide, sidePlan } from './side-network.ts';
import { hasOwnHead, sideSchema } from './side-settings.ts';

const backbone = tinyBackbone({ blocks: 2, streams: 2 });
const settings = { ...sideSchema.parse({ heads: 2, pool: 'head' }), input: 'taps' as const };

/** Reads all tokens of both streams: the greatest value of each column, then a linear. */
const head: Head = {
  architecture: 'TinyModel',
  parameters: [
    { name: 'box.norm.weight', shape: [8], kind: 'norm', stage: 'head' },
    { name: 'box.norm.bias', shape: [8], kind: 'norm', stage: 'head' },
    { name: 'box.weight', shape: [4, 16], kind: 'weight', stage: 'head' },
    { name: 'box.bias', shape: [4], kind: 'bias', stage: 'head' },
  ],
  features: (params, finished) => {
    const most = (stream: string): tf.Tensor => tf.max(finished[stream]!, 1);
    const left = tf.add(tf.mul(most('left'), params['box.norm.weight']!), params['box.norm.bias']!);
    return tf.concat([left, most('right')], 1);
  },
  apply: (params, features) => linear(features, params['box.weight']!, params['box.bias']!),
};

function subject() {
  const model = modelUnderTest(tinyProvider, backbone);
  const [params, input] = [uploadAll(model.parameters), uploadAll(model.input)];
  const states = runStates(backbone, plainParams(params), input);
  const side = uploadAll(drawTensors(sidePlan(backbone, settings, 4, head), createRandom(3)));
  const logits = (given: Params): tf.Tensor =>
    runSide(backbone, settings, given, states, input, { head, model: params }).logits;
  return { side, logits };
}

beforeAll(() => useBackend('cpu'));

describe("a head of the side network that is like the backbone's", () => {
  it('has its tensors, and widens the tokens of every stream, instead of a linear over pooled ones', () => {
    const plan = sidePlan(backbone, settings, 4, head);
    const shapes = Object.entries(plan).map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
    expect(shapes.filter((line) => /^side\.(up|head)/u.test(line))).toEqual([
      'side.up.left.weight [8, 4]',
      'side.up.left.bias [8]',
      'side.up.right.weight [8, 4]',
      'side.up.right.bias [8]',
      'side.head.box.norm.weight [8]',
      'side.head.box.norm.bias [8]',
      'side.head.box.weight [4, 16]',
      'side.head.box.bias [4]',
    ]);
    expect(plan['side.head.box.norm.weight']!.initializer).toEqual({ kind: 'ones' });
    expect(plan['side.head.box.bias']!.initializer).toEqual({ kind: 'zeros' });
  });

  it('reads all tokens with its own parameters: all of them have a gradient', () => {
    const { side, logits } = subject();
    const names = Object.keys(side);
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const record = Object.fromEntries(names.map((name, index) => [name, tensors[index]!]));
      return tf.mean(tf.square(logits(record))) as tf.Scalar;
    })(Object.values(side));
    expect(Number.isFinite(value.dataSync()[0])).toBe(true);
    const still = names.filter((_, index) => grads[index]!.dataSync().every((each) => each === 0));
    expect(still.filter((name) => /^side\.(up|head)/u.test(name))).toEqual([]);
  });

  it('is the linear of what the head makes of the widened tokens', () => {
    const { side, logits } = subject();
    const doubled = { ...side, 'side.head.box.weight': tf.mul(side['side.head.box.weight']!, 2) };
    const [once, twice] = [logits(side), logits(doubled)];
    expect(once.shape).toEqual([3, 4]);
    const difference = tf.max(tf.abs(tf.sub(twice, tf.mul(once, 2)))).dataSync()[0]!;
    expect(difference).toBeLessThan(1e-6);
    const flat = { ...side, 'side.up.left.weight': tf.zerosLike(side['side.up.left.weight']!) };
    expect(tf.max(tf.abs(tf.sub(logits(flat), once))).dataSync()[0]!).toBeGreaterThan(1e-4);
  });
});

describe('hasOwnHead', () => {
  it('is what places get unless another pooling is asked for', () => {
    const of = (pool?: string) => sideSchema.parse(pool ? { pool } : {});
    const place = { kind: 'box', outputs: 4, place: true } as const;
    const { place: _, ...box } = place;
    expect(hasOwnHead(of(), place)).toBe(true);
    expect(hasOwnHead(of(), box)).toBe(false);
    expect(hasOwnHead(of('both'), place)).toBe(false);
    expect(hasOwnHead(of('head'), box)).toBe(true);
  });
});
