import { onnxruntimeExecutor } from '@mdpd/compile/onnxruntime-executor';
import { collectGarbage } from '@mdpd/compile/javascript-heap';
import type { Reporter } from '@mdpd/core';
import { wasmExecutor } from '@mdpd/tensor/portable-executors';
import { trainingJob } from '@mdpd/testing/training-job';
import { expect, it } from 'vitest';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { train } from './train.ts';

/** Steps after which the resident set is measured: what the runtimes hold comes and goes, so the least of three counts. */
const early = [50, 100, 150];
const late = [220, 260, 300];

/** What a leak of 300 kB a step comes to. */
const slackBytes = 40e6;

/** Resident bytes without garbage and without the pages that the JavaScript heap keeps for later. */
function residentBytes(): number {
  collectGarbage();
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  return rss - (heapTotal - heapUsed);
}

it.each([wasmExecutor, onnxruntimeExecutor])(
  'keeps the resident set over 300 steps on $name',
  async (provider) => {
    const executor = await provider.start();
    const sizes = new Map<number, number>();
    const scale: Reporter = {
      name: 'scale',
      record: (record) => {
        if (record.type !== 'step' || ![...early, ...late].includes(record.step)) return;
        sizes.set(record.step, residentBytes());
      },
    };
    const job = trainingJob({ executor, method: mdpdMethod, train: { steps: 300 } });
    const tensors = executor.memory().liveTensors;
    const run = await train({ ...job, reporters: [scale] });
    run.dispose();
    expect(executor.memory().liveTensors).toBe(tensors);
    await executor.stop();
    const least = (steps: readonly number[]): number =>
      Math.min(...steps.map((step) => sizes.get(step) ?? NaN));
    expect(least(late) - least(early)).toBeLessThan(slackBytes);
  },
  240_000,
);
