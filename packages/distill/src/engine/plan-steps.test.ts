import { formatError, type MdpdError } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { planSteps } from './plan-steps.ts';

const train = { batchSize: 4, seed: 3 };

describe('planSteps', () => {
  it('has whole batches alone: the rest of an epoch is dropped', () => {
    const plan = planSteps({ size: 11 }, { ...train, epochs: 3 });
    expect([plan.batchSize, plan.stepsPerEpoch, plan.steps]).toEqual([4, 2, 6]);
    expect([0, 1, 2, 3, 4, 5].map((step) => plan.epoch(step))).toEqual([0, 0, 1, 1, 2, 2]);
    for (let epoch = 0; epoch < 3; epoch++) {
      const seen = [...plan.indices(2 * epoch), ...plan.indices(2 * epoch + 1)];
      expect(seen).toHaveLength(8);
      expect(new Set(seen).size).toBe(8);
      expect(seen.every((index) => index >= 0 && index < 11)).toBe(true);
    }
  });

  it('sees every example once an epoch where batches fit, in an order of its own', () => {
    const plan = planSteps({ size: 12 }, { ...train, epochs: 2 });
    const epoch = (number: number): number[] =>
      [0, 1, 2].flatMap((step) => [...plan.indices(3 * number + step)]);
    const ordered = Array.from({ length: 12 }, (_, index) => index);
    expect([...epoch(0)].sort((a, b) => a - b)).toEqual(ordered);
    expect([...epoch(1)].sort((a, b) => a - b)).toEqual(ordered);
    expect(epoch(0)).not.toEqual(epoch(1));
    expect(epoch(0)).not.toEqual(ordered);
  });

  it('depends on seed and step alone, in whatever order steps are asked for', () => {
    const [forward, backward] = [
      planSteps({ size: 12 }, { ...train, epochs: 3 }),
      planSteps({ size: 12 }, { ...train, epochs: 3 }),
    ];
    const expected = Array.from({ length: 9 }, (_, step) => [...forward.indices(step)]);
    for (let step = 8; step >= 0; step--) expect([...backward.indices(step)]).toEqual(expected[step]);
    expect([...planSteps({ size: 12 }, { ...train, seed: 4, epochs: 3 }).indices(0)]).not.toEqual(
      expected[0],
    );
  });

  it('takes a number of steps instead of epochs', () => {
    expect(planSteps({ size: 12 }, { ...train, steps: 7 }).steps).toBe(7);
    expect(planSteps({ size: 12 }, { ...train, steps: 7 }).epoch(6)).toBe(2);
  });

  it('rounds part epochs, with one step at least', () => {
    expect(planSteps({ size: 12 }, { ...train, epochs: 0.5 }).steps).toBe(2);
    expect(planSteps({ size: 12 }, { ...train, epochs: 0.01 }).steps).toBe(1);
  });

  it('shrinks the batch to a smaller data set', () => {
    const plan = planSteps({ size: 3 }, { ...train, epochs: 2 });
    expect([plan.batchSize, plan.stepsPerEpoch, plan.steps]).toEqual([3, 1, 2]);
    expect([...plan.indices(1)].sort()).toEqual([0, 1, 2]);
  });

  it('refuses an empty split', () => {
    let thrown: unknown;
    try {
      planSteps({ size: 0 }, { ...train, epochs: 1 });
    } catch (error) {
      thrown = error;
    }
    expect(formatError(thrown as MdpdError)).toBe(
      'error DATA_EMPTY_SPLIT\n  the train split has no examples',
    );
    expect((thrown as MdpdError).exitCode).toBe(2);
  });

  describe('of a data set with buckets', () => {
    const lengths = Array.from({ length: 50 }, (_, index) => (index % 5 === 0 ? 64 : 16));
    const dataset = { size: 50, bucket: (index: number) => lengths[index]! };
    const plan = planSteps(dataset, { ...train, epochs: 2 });
    const epoch = (number: number): number[][] =>
      Array.from({ length: 12 }, (_, step) => [...plan.indices(12 * number + step)]);

    it('has batches of one length, but for one', () => {
      expect([plan.batchSize, plan.stepsPerEpoch, plan.steps]).toEqual([4, 12, 24]);
      for (const number of [0, 1]) {
        const seen = epoch(number);
        expect(new Set(seen.flat()).size).toBe(48);
        const mixed = seen.filter((batch) => new Set(batch.map((index) => lengths[index])).size > 1);
        expect(mixed.length).toBeLessThanOrEqual(1);
      }
      expect(epoch(0)).not.toEqual(epoch(1));
    });

    it('depends on seed and step alone', () => {
      const again = planSteps(dataset, { ...train, epochs: 2 });
      for (const step of [20, 3, 13, 0]) expect(again.indices(step)).toEqual(plan.indices(step));
      const other = planSteps(dataset, { ...train, seed: 4, epochs: 2 });
      expect(other.indices(0)).not.toEqual(plan.indices(0));
    });

    it('leaves examples out by chance, not by length', () => {
      const many = planSteps(dataset, { ...train, epochs: 100 });
      let long = 0;
      for (let number = 0; number < 100; number++) {
        const seen = new Set(
          Array.from({ length: 12 }, (_, step) => [...many.indices(12 * number + step)]).flat(),
        );
        long += lengths.filter((length, index) => length === 64 && !seen.has(index)).length;
      }
      // Two a pass are left out; a fifth of all examples is long.
      expect(long / 200).toBeGreaterThan(0.1);
      expect(long / 200).toBeLessThan(0.3);
    });

    it('is as without buckets where all are alike', () => {
      const alike = planSteps({ size: 50, bucket: () => 16 }, { ...train, epochs: 1 });
      const plain = planSteps({ size: 50 }, { ...train, epochs: 1 });
      for (const step of [0, 5, 11]) expect(alike.indices(step)).toEqual(plain.indices(step));
    });
  });
});
