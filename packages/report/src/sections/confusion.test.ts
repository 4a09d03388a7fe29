import { describe, expect, it } from 'vitest';
import { flat } from '../testing/page-parts.ts';
import { confusionSection } from './confusion.ts';

const examples = (labels: string[], matrix: number[][], hiddenLabels = 0, side?: number[][]) => ({
  split: 'test',
  examples: 9,
  shown: [],
  confusion: { labels, hiddenLabels, faded: matrix, side },
});

describe('confusion', () => {
  it('counts, shades by the share of the row, and tells how many are right', () => {
    const text = flat(
      confusionSection(
        examples(
          ['a', 'b'],
          [
            [9, 1],
            [0, 0],
          ],
        ),
      )!.body.text,
    );
    expect(text).toContain('<td class="heat-9 right">9</td><td class="heat-1">1</td><td>90 %</td>');
    expect(text).toContain('<td class="heat-0"></td><td class="heat-0 right"></td><td></td>');
    expect(text).toContain('9 of 10 are right (90.0 %).');
    expect(text).not.toContain('<input');
  });

  it('shows both models in turns or together', () => {
    const matrix = [
      [1, 0],
      [0, 1],
    ];
    const text = flat(confusionSection(examples(['a', 'b'], matrix, 3, matrix))!.body.text);
    expect(text.match(/<input type="radio"/g)).toHaveLength(3);
    expect(text.match(/<table/g)).toHaveLength(2);
    expect(text).toContain('Of the labels shown: 2 of 2 are right');
    expect(text).toContain('3 labels that are confused less are left out.');
  });

  it('has at most 24 labels, and stands a matrix with holes', () => {
    const labels = Array.from({ length: 30 }, (_, i) => `l${i}`);
    const text = flat(confusionSection(examples(labels, [[1]]))!.body.text);
    expect(text.match(/<tr>/g)).toHaveLength(25);
    expect(text).toContain('6 labels that are confused less are left out.');
    expect(text).not.toMatch(/NaN|undefined/);
  });

  it('is not there without labels', () => {
    expect(confusionSection(undefined)).toBeUndefined();
    expect(confusionSection(examples([], []))).toBeUndefined();
    expect(
      confusionSection({
        split: 'test',
        examples: 1,
        shown: [],
        confusion: { labels: ['a'], hiddenLabels: 0 },
      }),
    ).toBeUndefined();
  });
});
