import { describe, expect, it } from 'vitest';
import { extentOf, stepAxis, valueAxis } from './axis.ts';

const texts = (axis: { ticks: readonly { text: string }[] }): string[] => axis.ticks.map(({ text }) => text);

describe('axes', () => {
  it('have round ends and short texts', () => {
    const axis = valueAxis({ extent: [0.13, 0.87], range: [100, 0] });
    expect(axis.domain).toEqual([0, 1]);
    expect(texts(axis)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(axis.at(1)).toBe(0);
    expect(texts(valueAxis({ extent: [0, 2e-5], range: [1, 0] }))).toEqual([
      '0',
      '5e-6',
      '1e-5',
      '1.5e-5',
      '2e-5',
    ]);
    expect(texts(valueAxis({ extent: [1900, 3100], range: [1, 0] }))).toEqual([
      '1,500',
      '2,000',
      '2,500',
      '3,000',
      '3,500',
    ]);
  });

  it('are logarithmic where values span more than two decades, and may be', () => {
    const wide = [0.002, 30] as const;
    const axis = valueAxis({ extent: wide, range: [100, 0], mayBeLog: true });
    expect([axis.log, ...texts(axis)]).toEqual([true, '0.001', '0.01', '0.1', '1', '10', '100']);
    expect(valueAxis({ extent: wide, range: [100, 0] }).log).toBe(false);
    expect(valueAxis({ extent: [0, 30], range: [100, 0], mayBeLog: true }).log).toBe(false);
    expect(valueAxis({ extent: [0.3, 30], range: [100, 0], mayBeLog: true }).log).toBe(false);
  });

  it('have a place for one value, and for none', () => {
    expect(valueAxis({ extent: [0, 0], range: [100, 0] }).domain).toEqual([0, 1]);
    for (const value of [5, -3]) {
      const axis = valueAxis({ extent: [value, value], range: [100, 0] });
      expect(axis.at(value)).toBeGreaterThan(0);
      expect(axis.at(value)).toBeLessThan(100);
    }
    expect(extentOf([])).toBeUndefined();
    expect(extentOf([3, -1, 2])).toEqual([-1, 3]);
  });

  it('count steps in whole numbers', () => {
    expect(texts(stepAxis(0, 1, [0, 100]))).toEqual(['0', '1']);
    expect(texts(stepAxis(0, 5000, [0, 100]))).toEqual(['0', '1,000', '2,000', '3,000', '4,000', '5,000']);
    expect(texts(stepAxis(0, 0, [0, 100]))).toEqual(['0', '1']);
  });
});
