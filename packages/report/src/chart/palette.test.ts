import { describe, expect, it } from 'vitest';
import { contrast, dark, heatLevel, heatShades, light, tones } from './palette.ts';

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_, palette) => {
  it('has text that can be read and lines that can be seen', () => {
    for (const ground of [palette.ground, palette.surface, palette.band]) {
      for (const text of [palette.ink, palette.muted, palette.faded, palette.side])
        expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
      for (const tone of tones) expect(contrast(palette[tone as 'one'], ground)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('has shades of heat with text that can be read', () => {
    for (const { ground, text } of heatShades(palette))
      expect(contrast(ground, text)).toBeGreaterThanOrEqual(4.5);
  });
});

it('measures contrast as WCAG does, and shows whatever is there', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.478, 3);
  expect([0, 0.001, 0.5, 1, Number.NaN].map(heatLevel)).toEqual([0, 1, 5, 10, 0]);
});
