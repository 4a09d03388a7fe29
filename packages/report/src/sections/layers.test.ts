import { describe, expect, it } from 'vitest';
import { flat } from '../testing/page-parts.ts';
import { readHistory } from '../history.ts';
import { exampleView } from '../testing/example-view.ts';
import { layersSection } from './layers.ts';

const history = readHistory(exampleView({ steps: 100, evaluations: 5 }).records);
const empty = { steps: [], evaluations: [], layers: [], notes: [] };
const figures = (text: string): string[] =>
  [...flat(text).matchAll(/<figcaption><strong class="user">([^<]*)/g)].map(([, title]) => title!);

describe('layers', () => {
  it('shows the last record and the way there, and how much is distilled', () => {
    const { text } = layersSection(history)!.body;
    expect(figures(text)).toEqual([
      'gate at step 100',
      'gate over steps',
      'feature loss at step 100',
      'feature loss over steps',
      'drift of norms at step 100',
      'drift of norms over steps',
      'examples that are distilled',
    ]);
    // Taps have a boundary between shallow and deep, norms have none.
    expect(text.match(/class="boundary"/g)).toHaveLength(2);
    expect(text).toContain('by tap from 0');
  });

  it('names streams where there are several, and kinds that it does not know', () => {
    const layers = [
      {
        type: 'layers' as const,
        step: 7,
        layers: { gate: { image: [1, 2], text: [3, null] }, toString: { x: [1] } },
      },
    ];
    expect(figures(layersSection({ ...empty, layers })!.body.text)).toEqual([
      'gate, image at step 7',
      'gate, text at step 7',
      'toString at step 7',
    ]);
  });

  it('is not there without layers', () => {
    expect(layersSection(empty)).toBeUndefined();
    expect(layersSection({ ...empty, layers: [{ type: 'layers', step: 1, layers: {} }] })).toBeUndefined();
    const nothing = { type: 'layers' as const, step: 1, layers: { gate: { image: [null, null] } } };
    expect(layersSection({ ...empty, layers: [nothing] })).toBeUndefined();
  });
});
