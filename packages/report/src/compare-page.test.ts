import { describe, expect, it } from 'vitest';
import { comparePage } from './compare-page.ts';
import { comparedRows } from './sections/compared-rows.ts';
import { differences } from './sections/recipe-diff.ts';
import { exampleView } from './testing/example-view.ts';
import { bodyOf, unbalanced } from './testing/page-parts.ts';

const mdpd = [0, 1, 2].map((seed) => exampleView({ seed, accuracy: 0.96 + seed / 100 }));
const norm = exampleView({ method: 'norm', accuracy: 0.95 });
const { result: _, examples: __, ...running } = exampleView({ method: 'full', steps: 80 });

describe('the comparison', () => {
  it('puts seeds of one recipe into one row, and what is not finished last', () => {
    const rows = comparedRows([running, ...mdpd, norm]);
    expect(rows.map(({ name, views }) => [name, views.length])).toEqual([
      ['mdpd', 3],
      ['norm', 1],
      ['runs/mnist-full-0', 1],
    ]);
    expect(rows[0]!.mark.tone).toBe('faded');
    expect(rows[1]!.mark.tone).not.toBe('faded');
    expect(rows[2]!.row).toBeUndefined();
  });

  it('shows mean and spread, and says which runs are not finished', () => {
    const page = comparePage([...mdpd, norm, running]);
    expect(page).toContain('97.00 ± 1.00');
    expect(page).toContain('1 run is not finished');
    expect(page).toContain('runs/mnist-full-0 (not finished)');
    expect(unbalanced(bodyOf(page))).toEqual([]);
    expect(bodyOf(page)).not.toMatch(/NaN|Infinity|undefined|\bnull\b/);
  });

  it('is there for one run, for none, and for those of different metrics', () => {
    const other = {
      ...norm,
      name: 'runs/scores',
      result: {
        ...norm.result!,
        task: 'glue',
        metrics: { primary: 'matthews', faded: { matthews: 0.6 }, side: null },
      },
    };
    for (const views of [
      [],
      [norm],
      [running],
      [mdpd[0]!, { ...other, recipe: { ...norm.recipe, task: 'glue' } }],
    ]) {
      const page = comparePage(views);
      expect(unbalanced(bodyOf(page))).toEqual([]);
      expect(bodyOf(page)).not.toMatch(/NaN|Infinity|undefined|\bnull\b/);
    }
    expect(comparePage([norm, { ...other, recipe: { ...norm.recipe, task: 'glue' } }])).toContain(
      '0.6000 matthews',
    );
  });

  it('escapes what strangers wrote, and stays small', () => {
    const evil = '"><script>alert(1)</script>';
    const views = Array.from({ length: 24 }, (_, seed) => ({
      ...exampleView({ seed, steps: 3000 }),
      name: `${evil}${seed}`,
    }));
    const page = comparePage([...views, { ...norm, recipe: { ...norm.recipe, [evil]: evil } }]);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
  });
});

it('finds in what recipes differ, also where a key is missing', () => {
  expect(
    differences([
      { a: 1, b: { c: 2 } },
      { a: 1, b: { c: 3 }, d: 'x' },
    ]),
  ).toEqual([
    ['b.c', ['2', '3']],
    ['d', [undefined, 'x']],
  ]);
  expect(differences([{ a: 1 }, { a: 1 }])).toEqual([]);
});
