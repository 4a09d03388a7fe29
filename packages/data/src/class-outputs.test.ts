import { describe, expect, it } from 'vitest';
import { bestClass, decodeClass, judgeClass } from './class-outputs.ts';

const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

describe('bestClass', () => {
  it('takes the first of equal outputs, and no class where none is a number', () => {
    expect(bestClass(Float32Array.of(1, 3, 3))).toBe(1);
    expect(bestClass(Float32Array.of(NaN, -Infinity, NaN))).toBe(1);
    expect(bestClass(Float32Array.of(NaN, NaN))).toBe(-1);
    expect(bestClass(Float32Array.of(9, 1, 2, 9), 1, 2)).toBe(1);
  });
});

describe('decodeClass', () => {
  it('gives the best class first, equal ones in label order', () => {
    const prediction = decodeClass(Float32Array.of(0, Math.log(2), 0, Math.log(4), -Infinity, 0, 0), labels);
    expect(prediction.value).toBe('d');
    expect(prediction.probability).toBeCloseTo(4 / 10, 6);
    expect(prediction.top!.map(({ value }) => value)).toEqual(['d', 'b', 'a', 'c', 'f']);
  });

  it('survives outputs that are enormous or no numbers', () => {
    const far = decodeClass(Float32Array.of(1e30, 0, 0, 0, 0, 0, Infinity), labels);
    expect([far.value, far.probability]).toEqual(['g', 1]);
    const broken = decodeClass(new Float32Array(7).fill(NaN), labels);
    expect(broken.value).toBe('a');
    expect(broken.top!.every(({ probability }) => probability >= 0 && probability <= 1)).toBe(true);
  });
});

describe('judgeClass', () => {
  const label = (value: number) =>
    ({ label: { data: Int32Array.of(value), shape: [1], dtype: 'int32' } }) as const;

  it('compares the best class with the label', () => {
    expect(judgeClass(Float32Array.of(0, 3, 1), labels, label(1))).toEqual({ expected: 'b', right: true });
    expect(judgeClass(Float32Array.of(0, 3, 1), labels, label(2))).toEqual({ expected: 'c', right: false });
    expect(judgeClass(Float32Array.of(NaN, NaN), labels, label(0))).toEqual({ expected: 'a', right: false });
  });

  it('says nothing without a label, and names one that has no name by its number', () => {
    expect(judgeClass(Float32Array.of(0, 3), labels, {})).toEqual({});
    expect(judgeClass(Float32Array.of(0, 3), [], label(1))).toEqual({ expected: '1', right: true });
  });
});
