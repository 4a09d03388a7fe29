import type { Params, State } from '@mdpd/core';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { trainingJob } from '@mdpd/testing/training-job';
import { expect, it } from 'vitest';
import { readRecord } from '../engine/state.ts';
import { train } from '../engine/train.ts';
import { sideMethod } from './side-method.ts';
import { resolveBoundary } from './side-step.ts';

const settings = { side: { reductionFactor: 2, heads: 2, context: 1 }, feature: { mode: 'none' } };

it('trains beside a backbone and a head that stay as they are, and ships them so', async () => {
  const executor = await cpuExecutor.start();
  const job = trainingJob({ executor, method: sideMethod, settings, train: { steps: 3 } });
  const run = await train(job);
  expect(run.method.paths).toEqual(['side']);
  expect(run.method.trainedParameters).toEqual([]);
  expect(await readRecord(executor, run.method.ship(run.state))).toEqual(job.initial);
  expect(Object.keys(run.state.trained)).toEqual([]);
  run.dispose();
});

it('never runs the backbone backwards, and each of its blocks once a step', async () => {
  const executor = await cpuExecutor.start();
  const plain = tinyBackbone({ blocks: 3 });
  const runs: number[] = [];
  const backbone = {
    ...plain,
    block: (params: Params, index: number, state: State): State => {
      runs.push(index);
      return plain.block(params, index, state);
    },
  };
  (
    await train(trainingJob({ executor, method: sideMethod, settings, backbone, train: { steps: 2 } }))
  ).dispose();
  expect(runs).toEqual([0, 1, 2, 0, 1, 2]);
});

it('has no feature loss unless asked for', () => {
  expect(sideMethod.settings.parse({}).feature.mode).toBe('none');
  const needs = (feature: object): boolean =>
    sideMethod.needsBoundary!(sideMethod.settings.parse({ feature }));
  expect(sideMethod.needsBoundary!(sideMethod.settings.parse({}))).toBe(false);
  expect(needs({ mode: 'hierarchical', boundary: 'measured' })).toBe(true);
  expect(needs({ mode: 'hierarchical', boundary: 'measured', weight: 0 })).toBe(false);
  expect(needs({ mode: 'hierarchical', boundary: 1 })).toBe(false);
});

it('resolves the boundary: a number, the measured one of the stream, else half of the blocks', () => {
  const backbone = tinyBackbone({ blocks: 5 });
  expect(resolveBoundary(backbone, 'main', 4, { main: 1 })).toBe(4);
  expect(resolveBoundary(backbone, 'main', 0, undefined)).toBe(0);
  expect(resolveBoundary(backbone, 'main', 'measured', { main: 1 })).toBe(1);
  expect(resolveBoundary(backbone, 'main', 'measured', { other: 1 })).toBe(2);
  expect(resolveBoundary(backbone, 'main', 'measured', undefined)).toBe(2);
  expect(resolveBoundary(backbone, 'main', 'half', { main: 1 })).toBe(2);
});
