import { onnxruntimeExecutor } from '@mdpd/compile/onnxruntime-executor';
import { wasmExecutor } from '@mdpd/tensor/portable-executors';
import { trainingJob } from '@mdpd/testing/training-job';
import { expect, it } from 'vitest';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { train } from './train.ts';

/** What the garbage collector may hold on to between two steps. */
const slackBytes = 40e6;

it.each([wasmExecutor, onnxruntimeExecutor])(
  'keeps the resident set over 300 steps on $name',
  async (provider) => {
    const executor = await provider.start();
    const job = trainingJob({ executor, method: mdpdMethod, train: { steps: 300 } });
    const tensors = executor.memory().liveTensors;
    const run = await train(job);
    run.dispose();
    expect(executor.memory().liveTensors).toBe(tensors);
    const sizes = job.records.flatMap((record) => (record.type === 'step' ? [record.time.rssBytes] : []));
    expect(sizes).toHaveLength(300);
    // Between two collections garbage grows: what is left after one counts.
    const least = (from: number, to: number): number => Math.min(...sizes.slice(from, to));
    await executor.stop();
    expect(least(200, 300) - least(50, 150)).toBeLessThan(slackBytes);
  },
  240_000,
);
