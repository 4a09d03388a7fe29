import { describe, expect, it } from 'vitest';
import { flat } from '../testing/page-parts.ts';
import type { Point } from '../history.ts';
import { units } from '../units.ts';
import { lineChart, type LineChart } from './line-chart.ts';

const points = (count: number, value = (i: number): number => i): Point[] =>
  Array.from({ length: count }, (_, i) => [i + 1, value(i)]);
const chart = (changes: Partial<LineChart> = {}): string =>
  flat(
    lineChart({
      title: 'loss',
      unit: units.number,
      steps: 100,
      lines: [{ name: 'loss', points: points(100), mark: { tone: 'ink' } }],
      ...changes,
    })!.text,
  );
const count = (text: string, part: string | RegExp): number => text.match(new RegExp(part, 'g'))?.length ?? 0;

describe('a chart of lines', () => {
  it('is not there without points', () => {
    expect(lineChart({ title: 't', unit: units.number, steps: 1, lines: [] })).toBeUndefined();
  });

  it('draws many noisy points faintly, below their mean', () => {
    const line = { name: 'loss', points: points(100), mark: { tone: 'ink' as const }, noisy: true };
    expect(count(chart({ lines: [line] }), 'class="line tone-ink faint"')).toBe(2); // and in the legend
    expect(count(chart({ lines: [{ ...line, points: points(20) }] }), 'faint')).toBe(0);
  });

  it('marks a point that is alone, so that it is seen', () => {
    const one = chart({ lines: [{ name: 'a', points: [[5, 2]], mark: { tone: 'ink' } }] });
    expect(count(one, 'class="mark')).toBe(1);
    expect(one).not.toContain('class="line tone');
  });

  it('tells lines apart by dashes and markers too', () => {
    const text = chart({
      lines: [0, 1].map((i) => ({
        name: `l${i}`,
        points: points(5),
        mark: { tone: 'ink', dash: i, shape: i },
      })),
    });
    expect(count(text, 'stroke-dasharray="6 3"')).toBe(2);
    expect(
      new Set([...text.matchAll(/class="mark tone-ink" d="M[^a-z]*([a-z])/g)].map(([, way]) => way)),
    ).toEqual(new Set(['a', 'h']));
  });

  it('shades phases, but not those that take turns all the time', () => {
    const bands = ['side', 'joint'].map((name, i) => ({ name, from: 50 * i, to: 50 * (i + 1) }));
    expect(count(chart({ bands }), 'class="band')).toBe(2);
    expect(chart({ bands })).toContain('>joint</text>');
    const many = Array.from({ length: 20 }, (_, i) => ({ name: `p${i % 2}`, from: i, to: i + 1 }));
    expect(count(chart({ bands: many }), 'class="band')).toBe(0);
  });

  it('says that it is logarithmic, and shows per cent as per cent', () => {
    const wide = [{ name: 'l', points: points(50, (i) => 10 ** (i / 10)), mark: { tone: 'ink' as const } }];
    expect(chart({ lines: wide, mayBeLog: true })).toContain('<span class="unit">logarithmic</span>');
    expect(chart({ lines: wide })).not.toContain('logarithmic');
    const shares = chart({
      unit: units.share,
      lines: [
        {
          name: 'l',
          points: [
            [1, 0.25],
            [2, 0.5],
          ],
          mark: { tone: 'ink' },
        },
      ],
    });
    expect(shares).toContain('lowest 25 %, highest 50 %');
    expect(shares).toContain('&quot;points&quot;:[[1,25],[2,50]]');
  });

  it('has a table of some of the steps, and says so', () => {
    expect(count(chart(), '<tr>')).toBe(25);
    expect(chart()).toContain('24 of 100 recorded steps');
    expect(count(chart({ lines: [{ name: 'a', points: points(3), mark: { tone: 'ink' } }] }), '<tr>')).toBe(
      4,
    );
  });
});
