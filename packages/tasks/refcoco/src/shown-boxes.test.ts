/** What pages show of expressions: texts, images, and boxes in their pixels. */
import type { HostRecord, Task } from '@mdpd/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReferFixture } from './testing/refer-fixture.ts';

const fixture = createReferFixture();
const plain = { augment: false, seed: 0, epoch: 0 } as const;
const [width, height] = [40, 20];
const rows = [
  { image: 'wide.png', expression: '<b>the left</b>', bbox: [0, 0, 10, 20] },
  { image: 'wide.png', expression: 'right', bbox: [20, 5, 20, 10] },
];

let task: Task;
beforeAll(async () => {
  await fixture.addImage('own/wide.png', width, height);
  fixture.write('own/all.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  task = await fixture.open({ root: 'own', train: ['all.jsonl'], test: ['all.jsonl'], box: 'xywh' });
});
afterAll(() => fixture.remove());

const logit = (share: number): number => Math.log(share / (1 - share));
/** Outputs that say this box, in pixels. */
const outputsOf = ([x, y, w, h]: readonly number[]): Float32Array =>
  Float32Array.of(
    ...[(x! + w! / 2) / width, (y! + h! / 2) / height, w! / width, h! / height].map((share) =>
      logit(Math.min(Math.max(share, 1e-6), 1 - 1e-6)),
    ),
  );

async function example(index: number): Promise<{ target: HostRecord; about: HostRecord }> {
  const { target, about } = await task.splits.test!.load([index], plain);
  return { target, about: about! };
}

describe('an expression', () => {
  it('is shown as it is, with its image and the size that boxes are in', async () => {
    for (const [index, { expression }] of rows.entries()) {
      const { texts, image, imageSize } = await task.splits.test!.show!(index);
      expect([texts, imageSize]).toEqual([[expression], { width, height }]);
      expect(image).toMatchObject({ width, height, channels: 3 });
    }
    // Texts of training are not kept.
    expect(await task.splits.train!.show!(0)).not.toHaveProperty('texts');
  });

  it('has the size of its image beside every batch', async () => {
    const { about } = await task.splits.test!.load([1, 0, 1], plain);
    expect(about).toEqual({
      image_size: { data: Int32Array.of(40, 20, 40, 20, 40, 20), shape: [3, 2], dtype: 'int32' },
    });
  });

  it.each([
    ['the box itself', [20, 5, 20, 10], true],
    ['half of it, and a bit', [20, 5, 11, 10], true],
    ['less than half of it', [20, 5, 9, 10], false],
    ['another place', [0, 0, 10, 20], false],
  ] as const)('is found by %s or not', async (_what, said, right) => {
    const { target, about } = await example(1);
    const output = outputsOf(said);
    const judgement = task.judge!(output, target, about);
    expect(judgement).toEqual({ expected: 'x 20, y 5, width 20, height 10', box: [20, 5, 20, 10], right });
    const metrics = task.metrics();
    metrics.add(output, target, 1);
    expect(metrics.result()['precision@0.5']).toBe(Number(right));
    const { box } = task.decode(output, about);
    said.forEach((value, at) => expect(box![at]).toBeCloseTo(value, 1));
  });

  it('is not found by outputs that are no numbers, and has shares where its image is not known', async () => {
    const { target, about } = await example(1);
    expect(task.judge!(new Float32Array(4).fill(NaN), target, about).right).toBe(false);
    expect(task.judge!(outputsOf([20, 5, 20, 10]), target)).toEqual({
      expected: 'x 50 %, y 25 %, width 50 %, height 50 %',
      right: true,
    });
    expect(task.judge!(new Float32Array(4), {}, about)).toEqual({});
  });

  it('counts as the metric of the recipe does', async () => {
    const open = (metric: string): Promise<Task> =>
      fixture.open({ root: 'own', train: ['all.jsonl'], test: ['all.jsonl'], box: 'xywh', metric });
    const { target, about } = await example(1);
    // Where boxes reach beyond each other the generalised overlap is smaller.
    const output = outputsOf([25, 2, 14, 12]);
    const rights = [];
    for (const name of ['iou', 'giou']) {
      const opened = await open(name);
      const metrics = opened.metrics();
      metrics.add(output, target, 1);
      const { right } = opened.judge!(output, target, about);
      expect(metrics.result()[opened.primaryMetric]).toBe(Number(right));
      rights.push(right);
    }
    expect(rights).toEqual([true, false]);
  });
});
