import type { HostTensor, Task } from '@mdpd/core';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { expect, it } from 'vitest';
import { inputDigests, refuseChangedInputs } from './input-digests.ts';

const backbone = tinyBackbone();
const weight = (value: number): Record<string, HostTensor> => ({
  w: { data: Float32Array.of(1, value), shape: [2], dtype: 'float32' },
});

const refusal = (before: Record<string, string>, now: Record<string, string>): string => {
  try {
    refuseChangedInputs(before, now);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return 'accepted';
};

it('notices other weights, labels, sizes and examples, each by name', async () => {
  const task = tinyTask(backbone);
  const before = await inputDigests(weight(2), task);
  expect(await inputDigests(weight(2), tinyTask(backbone))).toEqual(before);
  expect(refusal(before, before)).toBe('accepted');

  const told = async (parameters: Record<string, HostTensor>, changed: Task): Promise<string> =>
    refusal(before, await inputDigests(parameters, changed));
  const suffix = ': not what the run began with';
  expect(await told(weight(3), task)).toBe(`the parameters of the backbone${suffix}`);
  expect(await told(weight(2), { ...task, labels: ['other', ...task.labels] })).toBe(
    `the sizes of the splits or the labels${suffix}`,
  );
  const train = task.splits.train!;
  const darker = {
    ...train,
    load: async (...args: Parameters<typeof train.load>) => {
      const batch = await train.load(...args);
      const target = Object.fromEntries(
        Object.entries(batch.target).map(([name, tensor]) => [
          name,
          { ...tensor, data: tensor.data.map((v) => v + 1) },
        ]),
      );
      return { ...batch, target };
    },
  } as typeof train;
  expect(await told(weight(2), { ...task, splits: { ...task.splits, train: darker } })).toBe(
    `examples of the training data${suffix}`,
  );
});
