import type { Dataset } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { withShownTexts } from './shown-texts.ts';

const dataset: Dataset = {
  size: 3,
  origin: 'own.csv',
  bucket: (index) => index,
  load: (indices) => Promise.resolve({ size: indices.length, input: {}, target: {} }),
};
const rows: (readonly [string, string?])[] = [
  ['<script>alert(1)</script>\t\u202e'],
  ['first', ''],
  ['👩'.repeat(400), 'x'.repeat(500)],
];
const examples = { size: 3, text: (index: number) => rows[index]! };

describe('withShownTexts', () => {
  it('gives texts as they are, one or both of a pair, and cuts long ones between characters', async () => {
    const { show } = withShownTexts(dataset, 'test', examples);
    expect(await show!(0)).toEqual({ texts: [rows[0]![0]] });
    expect(await show!(1)).toEqual({ texts: ['first', ''] });
    const [long, exact] = (await show!(2)).texts as [string, string];
    expect(exact).toBe(rows[2]![1]);
    expect([long.length, /\p{Cs}/u.test(long), long.at(-1)]).toEqual([499, false, '…']);
  });

  it('loads as before', async () => {
    const shown = withShownTexts(dataset, 'validation', examples);
    expect([shown.size, shown.origin, shown.bucket!(2)]).toEqual([3, 'own.csv', 2]);
    expect((await shown.load([1, 2], { augment: false, seed: 0, epoch: 0 })).size).toBe(2);
  });

  it('keeps no texts of training and unlabelled examples', () => {
    const unread = { size: 3, text: () => expect.unreachable('a text was read') };
    for (const split of ['train', 'unlabelled']) expect(withShownTexts(dataset, split, unread)).toBe(dataset);
  });
});
