import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { hostTensor } from '@mdpd/tensor/host';
import { beforeAll, describe, expect, it } from 'vitest';
import { absoluteDifference, differingNames, relativeDifference, sameTensor } from './differences.ts';
import { derivative, steepest } from './finite-differences.ts';
import { withoutReads } from './no-reads.ts';
import { attention64, convolution64, erf64, normalize64, softmax64 } from './reference.ts';
import { tidily } from './tidily.ts';

beforeAll(() => useBackend('cpu'));

describe('differences', () => {
  it('are relative to the largest expected value', () => {
    expect(absoluteDifference([1, 2], [1, 4])).toBe(2);
    expect(relativeDifference([1, 2], [1, 4])).toBe(0.5);
    expect(relativeDifference([0, 0], [0, 0])).toBe(0);
    expect(relativeDifference([1], [0])).toBe(Infinity);
  });

  it('of what cannot be compared are infinite', () => {
    expect(absoluteDifference([NaN], [1])).toBe(Infinity);
    expect(absoluteDifference([1], [NaN])).toBe(Infinity);
    expect(absoluteDifference([1], [1, 2])).toBe(Infinity);
  });

  it('of tensors are those of type, shape and bits', () => {
    const tensor = hostTensor([1, 2], [2]);
    expect(sameTensor(tensor, hostTensor([1, 2], [2]))).toBe(true);
    expect(sameTensor(tensor, hostTensor([1, 2], [1, 2]))).toBe(false);
    expect(sameTensor(tensor, hostTensor([1, 2], [2], 'int32'))).toBe(false);
    expect(sameTensor(hostTensor([0], []), hostTensor([-0], []))).toBe(false);
    const record = { a: tensor, b: tensor };
    expect(differingNames(record, { b: hostTensor([1, 3], [2]), c: tensor })).toEqual(['a', 'b', 'c']);
  });
});

describe('reference', () => {
  it('knows erf', () => {
    // Values of Python's math.erf.
    expect(erf64(0)).toBe(0);
    expect(erf64(0.5)).toBeCloseTo(0.5204998778130465, 13);
    expect(erf64(-1)).toBeCloseTo(-0.8427007929497149, 13);
    expect(erf64(2)).toBeCloseTo(0.9953222650189527, 12);
    expect(erf64(3.9)).toBeCloseTo(0.9999999652077514, 9);
    expect(erf64(6)).toBe(1);
  });

  it('normalises rows', () => {
    expect(normalize64([[1, 3]], 0)).toEqual([[-1, 1]]);
    expect(normalize64([[5, 5]], 1e-6)).toEqual([[0, 0]]);
    expect(softmax64([Math.log(1), Math.log(3)]).map((share) => share.toFixed(6))).toEqual([
      '0.250000',
      '0.750000',
    ]);
  });

  it('attends head by head', () => {
    const q = [[100, 0]];
    const k = [
      [1, 0],
      [-1, 0],
    ];
    const v = [
      [1, 2],
      [3, 4],
    ];
    // The first head looks at the first key alone, the second at both alike.
    const [row] = attention64(q, k, v, 2);
    expect(row![0]).toBeCloseTo(1, 10);
    expect(row![1]).toBeCloseTo(3, 10);
  });

  it('convolves with zeros around', () => {
    const ones = hostTensor(new Array(16).fill(1), [1, 16]);
    const image = [
      [[1], [2]],
      [[3], [4]],
    ];
    expect(convolution64(image, ones, hostTensor([0.5], [1]))).toEqual([[[10.5]]]);
  });
});

describe('finite differences', () => {
  it('are exact for polynomials of the fourth degree', () => {
    expect(derivative((x) => 3 * x - 2 * x ** 2 + x ** 3 - x ** 4, 0.5)).toBeCloseTo(3, 12);
    expect(derivative(Math.sin, 0.02)).toBeCloseTo(1, 8);
    expect(steepest([1, -3, 2])).toBe(1);
  });
});

describe('withoutReads', () => {
  it('refuses to read, in every way that tfjs has, and allows it again', async () => {
    const x = tf.tensor1d([1, 2]);
    const caught = (): void => {
      x.data().catch(() => undefined);
    };
    const reads: (() => unknown)[] = [() => x.dataSync(), () => x.arraySync(), () => x.bufferSync(), caught];
    for (const read of reads) expect(() => withoutReads(read)).toThrow('reads the values of a tensor');
    expect(withoutReads(() => tf.add(x, 1)).arraySync()).toEqual([2, 3]);
    expect(Array.from(await x.data())).toEqual([1, 2]);
  });

  it('allows it again after a failure', () => {
    expect(() => withoutReads(() => tf.scalar(1).dataSync())).toThrow();
    expect(tf.scalar(1).dataSync()[0]).toBe(1);
  });
});

it('tidily frees every tensor and hands on plain values', () => {
  const before = tf.memory().numTensors;
  expect(tidily(() => ({ size: tf.ones([3]).size }))).toEqual({ size: 3 });
  expect(tf.memory().numTensors).toBe(before);
});
