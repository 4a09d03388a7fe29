import type { Task } from '@mdpd/core';
import { expect, it } from 'vitest';
import { judgedOf } from '../testing/judged.ts';
import { confusionOf, mostLabels } from './confusion.ts';

const task = (labels: readonly string[], kind: Task['head']['kind'] = 'classification') => ({
  labels,
  head: { kind, outputs: labels.length },
});
const pairs = (...all: readonly (readonly [number, number])[]) =>
  judgedOf(all.map(([expected, predicted]) => ({ expected, predicted, right: expected === predicted })));
const many = (count: number): string[] => Array.from({ length: count }, (_, label) => `label ${label}`);

it('counts what is right by what was predicted, for both models', () => {
  const labels = ['<b>', '__proto__', 'bee'];
  const faded = pairs([0, 0], [0, 1], [2, 1], [2, 2], [2, 2]);
  const side = pairs([0, 0], [0, 0], [2, -1], [-1, 2], [2, 0]);
  expect(confusionOf(task(labels), { faded, side }, 5)).toEqual({
    labels,
    hiddenLabels: 0,
    faded: [
      [1, 1, 0],
      [0, 0, 0],
      [0, 1, 2],
    ],
    side: [
      [2, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
    ],
  });
  expect(confusionOf(task(labels), { faded }, 1)).toMatchObject({
    faded: [
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  });
  expect(confusionOf(task(labels), { faded }, 1)).not.toHaveProperty('side');
});

it('has the labels that are confused most, in the order of the task', () => {
  const faded = pairs([150, 3], [150, 3], [7, 7], [7, 7], [90, 150]);
  const side = pairs([40, 41]);
  const found = confusionOf(task(many(200)), { faded, side }, 5)!;
  expect(found.labels).toHaveLength(mostLabels);
  expect(found.hiddenLabels).toBe(200 - mostLabels);
  const numbers = found.labels.map((label) => Number(label.slice(6)));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(numbers).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 40, 41, 90, 150].concat(15).sort((a, b) => a - b),
  );
  expect(found.faded![numbers.indexOf(150)]![numbers.indexOf(3)]).toBe(2);
});

it('is left out where there are no labels, or too many answers', () => {
  const faded = pairs([0, 0], [1, 0]);
  expect(confusionOf(task(['x'], 'regression'), { faded }, 2)).toBeUndefined();
  expect(confusionOf(task([], 'box'), { faded }, 2)).toBeUndefined();
  expect(confusionOf(task(many(101), 'vqa'), { faded }, 2)).toBeUndefined();
  expect(confusionOf(task(many(100), 'vqa'), { faded }, 2)).toMatchObject({ hiddenLabels: 80 });
  expect(confusionOf(task(many(3)), { faded: pairs([-1, 0]) }, 1)).toBeUndefined();
  expect(confusionOf(task(many(3)), {}, 2)).toBeUndefined();
});
