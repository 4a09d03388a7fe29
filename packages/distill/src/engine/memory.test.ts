import { wasmExecutor } from '@mdpd/tensor/portable-executors';
import { trainingJob } from '@mdpd/testing/training-job';
import { expect, it } from 'vitest';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { train } from './train.ts';

/** What the garbage collector may hold on to between two steps. */
const slackBytes = 40e6;

it('keeps the resident set over 300 steps', async () => {
  const executor = await wasmExecutor.start();
  const job = trainingJob({ executor, method: mdpdMethod, train: { steps: 300 } });
  const tensors = executor.memory().liveTensors;
  const run = await train(job);
  run.dispose();
  expect(executor.memory().liveTensors).toBe(tensors);
  const sizes = job.records.flatMap((record) => (record.type === 'step' ? [record.time.rssBytes] : []));
  expect(sizes).toHaveLength(300);
  const average = (from: number, to: number): number =>
    sizes.slice(from, to).reduce((sum, size) => sum + size, 0) / (to - from);
  expect(average(250, 300) - average(100, 150)).toBeLessThan(slackBytes);
}, 240_000);
