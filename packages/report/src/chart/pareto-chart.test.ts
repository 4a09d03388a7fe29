import { describe, expect, it } from 'vitest';
import { flat } from '../testing/page-parts.ts';
import { units } from '../units.ts';
import { paretoChart, paretoFront, type ParetoPoint } from './pareto-chart.ts';
import { placeLabels } from './place-labels.ts';

const point = (name: string, cost: number, gain: number, deviation: number | null = null): ParetoPoint => ({
  name,
  mark: { tone: 'ink' },
  cost: { mean: cost, deviation: null },
  gain: { mean: gain, deviation },
});
const names = (points: readonly ParetoPoint[]): string[] => points.map(({ name }) => name);

describe('the front', () => {
  it('is what no other point beats', () => {
    const points = [
      point('dear', 9, 5),
      point('cheap', 1, 1),
      point('beaten', 5, 0.5),
      point('middle', 5, 3),
    ];
    expect(names(paretoFront(points))).toEqual(['cheap', 'middle', 'dear']);
  });

  it('has one of equals, and the better one at the same cost', () => {
    expect(names(paretoFront([point('a', 1, 1), point('b', 1, 2), point('c', 2, 2)]))).toEqual(['b']);
  });
});

describe('the picture', () => {
  const about = {
    title: 'accuracy against memory',
    cost: { name: 'peak memory', unit: units.megabytes },
    gain: { name: 'accuracy', unit: units.share },
  };

  it('draws the front and the spread, and says both in the table', () => {
    const text = flat(
      paretoChart({
        ...about,
        points: [point('a', 1e8, 0.5, 0.012), point('b', 2e8, 0.75), point('c', 3e8, 0.6)],
      })!.text,
    );
    expect(text.match(/class="line /g)).toHaveLength(1);
    expect(text).toContain('class="front"');
    expect(text).toContain(
      '<th scope="row">a</th><td class="number">50 ± 1.2 %</td><td class="number">100 MB</td><td class="number">yes</td>',
    );
    expect(text).toContain('<td class="number">300 MB</td><td class="number"></td>');
  });

  it('needs two points', () => {
    expect(paretoChart({ ...about, points: [point('a', 1, 1)] })).toBeUndefined();
    expect(paretoChart({ ...about, points: [point('a', 1, 1), point('b', 1, 1)] })!.text).not.toMatch(
      /NaN|Infinity/,
    );
  });
});

it('puts names where they lie on nothing', () => {
  const field = { left: 0, right: 200, top: 0, bottom: 100 };
  const [first, second] = placeLabels(
    [
      { text: 'alpha', x: 50, y: 50 },
      { text: 'beta', x: 62, y: 50 },
    ],
    field,
  );
  // To the right of the first is the second.
  expect(first!.x).toBeLessThan(50);
  expect(second!.x).toBeGreaterThan(62);
  const [edge] = placeLabels([{ text: 'at the edge', x: 195, y: 50 }], field);
  expect(edge!.x + 6.4 * 11).toBeLessThanOrEqual(200);
});
