import * as tf from '@tensorflow/tfjs-core';
import type { Backbone } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';

import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyModel } from '@mdpd/testing/fixtures/tiny-models';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { beforeAll, describe, expect, it } from 'vitest';
import { bandMask, boundaryOf, diagonality } from './boundary.ts';

beforeAll(() => useBackend('cpu'));

describe('bandMask', () => {
  it('is 1 on the diagonal and beside it', () => {
    expect(bandMask(4).arraySync()).toEqual([
      [1, 1, 0, 0],
      [1, 1, 1, 0],
      [0, 1, 1, 1],
      [0, 0, 1, 1],
    ]);
  });

  it('reaches as far as asked, and not beyond the edges', () => {
    expect(bandMask(3, 0).arraySync()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(bandMask(3, 5).arraySync()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(bandMask(1).arraySync()).toEqual([[1]]);
  });
});

describe('boundaryOf', () => {
  it.each([
    ['falls once', [0.9, 0.8, 0.3, 0.2], 2],
    ['falls at once after the first block', [0.9, 0.2, 0.2, 0.2, 0.2], 1],
    ['falls at the end', [0.9, 0.9, 0.9, 0.9, 0.1], 4],
    ['rises again later', [0.9, 0.8, 0.2, 0.9, 0.2], 2],
    ['is exactly in the middle: still shallow', [1, 0.5, 0], 2],
    ['hardly varies', [0.31, 0.3, 0.29, 0.28], 2],
    ['varies by just less than the smallest spread', [0.349, 0.3, 0.3, 0.3], 2],
    ['varies by just more than it', [0.352, 0.3, 0.3, 0.3], 1],
    ['starts low: no pattern, half', [0.2, 0.9, 0.2, 0.2], 2],
    ['rises', [0.1, 0.2, 0.8, 0.9], 2],
    ['has an odd number of equal blocks', [0.3, 0.3, 0.3, 0.3, 0.3], 2],
    ['has one block', [0.5], 0],
    ['has none', [], 0],
  ])('diagonality that %s', (_case, deltas, expected) => {
    expect(boundaryOf(deltas)).toBe(expected);
  });
});

describe('diagonality', () => {
  /** A backbone whose block l has attention of share `band[l]` on the diagonal, the rest two tokens away. */
  function banded(band: readonly number[]): Backbone {
    const plain = tinyBackbone({ blocks: band.length, tokens: 6 });
    return {
      ...plain,
      attention: (_params, index) => {
        const rows = Array.from({ length: 6 }, (_, i) =>
          Array.from({ length: 6 }, (__, j) =>
            j === i ? band[index]! : j === (i + 3) % 6 ? 1 - band[index]! : 0,
          ),
        );
        return { main: tf.tile(tf.reshape(tf.tensor2d(rows), [1, 1, 6, 6]), [3, 2, 1, 1]) };
      },
    };
  }

  it('is the attention at most one token away, averaged, block by block', () => {
    const backbone = banded([0.9, 0.25, 0.5]);
    const { parameters, input } = modelUnderTest(tinyProvider, backbone);
    const deltas = diagonality(backbone, uploadAll(parameters), uploadAll(input));
    expect(Object.keys(deltas)).toEqual(['main']);
    const values = Array.from(deltas['main']!.dataSync());
    [0.9, 0.25, 0.5].forEach((expected, index) => expect(values[index]).toBeCloseTo(expected, 6));
  });

  it("is read from the backbone's own maps, every block from the state before it", () => {
    const backbone = tinyBackbone({ blocks: 3 });
    const { parameters, input } = modelUnderTest(tinyProvider, backbone);
    const [params, given] = [uploadAll(parameters), uploadAll(input)];
    let state = backbone.embed(params, given);
    const expected = Array.from({ length: 3 }, (_, index) => {
      const map = backbone.attention!(params, index, state)['main']!.arraySync() as number[][][][];
      state = backbone.block(params, index, state);
      const near = map.flatMap((heads) =>
        heads.flatMap((rows) =>
          rows.map((row, i) => row.reduce((sum, value, j) => sum + (Math.abs(i - j) <= 1 ? value : 0), 0)),
        ),
      );
      return near.reduce((sum, value) => sum + value, 0) / near.length;
    });
    const actual = Array.from(diagonality(backbone, params, given)['main']!.dataSync());
    actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 5));
  });

  it('has one value a block for every stream, also where a block leaves a stream as it is', () => {
    const backbone = tinyBackbone({ streams: 2, alternate: true, blocks: 4 });
    const { parameters, input } = modelUnderTest(tinyProvider, backbone);
    const deltas = diagonality(backbone, uploadAll(parameters), uploadAll(input));
    const [left, right] = ['left', 'right'].map((stream) => Array.from(deltas[stream]!.dataSync()));
    expect(left).toHaveLength(4);
    expect(left![1]).toBe(left![0]);
    expect(left![2]).not.toBe(left![1]);
    expect(left![3]).toBe(left![2]);
    expect(right![0]).toBe(right![1]);
    expect(right![2]).toBe(right![1]);
    expect(right![3]).not.toBe(right![2]);
  });

  it('is empty for a backbone without attention maps', () => {
    const { attention: _without, ...backbone } = tinyBackbone();
    expect(diagonality(backbone, {}, {})).toEqual({});
  });

  it('has one value for every block of a stream, where only some change it', () => {
    const { backbone, provider } = tinyModel('pair');
    const { parameters, input } = modelUnderTest(provider, backbone);
    const deltas = diagonality(backbone, uploadAll(parameters), uploadAll(input));
    expect(Object.fromEntries(Object.entries(deltas).map(([name, { shape }]) => [name, shape]))).toEqual({
      encoder: [2],
      decoder: [2],
    });
  });
});
