import { describe, expect, it } from 'vitest';
import { formatComparison, formatMarkdown } from './compare-command.ts';
import { compareRuns, spread, type ComparedRun } from '@mdpd/report/comparison';
import { exampleResult } from './testing/example-result.ts';

const run = (method: object, seed: number, accuracy: number, side: number | null = null): ComparedRun => ({
  name: `runs/${(method as { name: string }).name}-${seed}`,
  recipe: { task: 'vtab', data: { train: 'mnist:train[:1000]' }, method, train: { epochs: 5, seed } },
  result: exampleResult({
    method: (method as { name: string }).name,
    seed,
    metrics: { primary: 'accuracy', faded: { accuracy }, side: side === null ? null : { accuracy: side } },
    agreement: side === null ? null : 0.95,
    inference: { fadedMs: 41.2, sideMs: side === null ? null : 55.1, batch: 32 },
  }),
});

const runs = [
  run({ name: 'norm' }, 0, 0.7),
  run({ name: 'norm' }, 1, 0.72),
  run({ name: 'norm' }, 2, 0.74),
  run({ name: 'mdpd', fade: { train: 'norm+head', alpha: 0.5 } }, 0, 0.8, 0.81),
  run({ name: 'mdpd', fade: { train: 'head', alpha: 0.5 } }, 0, 0.6, 0.8),
];

describe('spread', () => {
  it('is the sample standard deviation', () => {
    expect(spread([0.7, 0.72, 0.74])).toEqual({
      mean: expect.closeTo(0.72, 12) as number,
      deviation: expect.closeTo(0.02, 12) as number,
    });
    expect(spread([1])).toEqual({ mean: 1, deviation: null });
  });

  it('is unknown where a value is missing', () => {
    expect(spread([1, null])).toBeNull();
    expect(spread([undefined])).toBeNull();
    expect(spread([])).toBeNull();
  });
});

it('groups runs that differ only by seed, and names what rows differ in', () => {
  const rows = compareRuns(runs);
  expect(
    rows.map(({ method, seeds, settings, runs: names }) => [method, seeds, settings, names.length]),
  ).toEqual([
    ['norm', [0, 1, 2], {}, 3],
    ['mdpd', [0], { 'method.fade.train': 'norm+head' }, 1],
    ['mdpd', [0], { 'method.fade.train': 'head' }, 1],
  ]);
  expect(rows[0]!.faded!.mean).toBeCloseTo(0.72, 12);
});

it('prints a table', () => {
  expect(formatComparison(compareRuns(runs))).toMatchInlineSnapshot(`
    "method  differs in            seeds  accuracy %  side %  agree %  trained   remain  peak MB         s/step          ms  ms with side
    norm                              3  72.0 ± 2.0                     4,000  900,970  312 ± 0  0.180 ± 0.000  41.2 ± 0.0
    mdpd    fade.train=norm+head      1        80.0    81.0     95.0    4,000  900,970      312          0.180        41.2          55.1
    mdpd    fade.train=head           1        60.0    80.0     95.0    4,000  900,970      312          0.180        41.2          55.1

    trained: parameters of backbone and head; remain: parameters at inference; ms: median time of a batch.
    ± is the sample standard deviation over seeds."
  `);
});

it('prints Markdown', () => {
  expect(formatMarkdown(compareRuns(runs))).toMatchInlineSnapshot(`
    "| method | differs in | seeds | accuracy % | side % | agree % | trained | remain | peak MB | s/step | ms | ms with side |
    | --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
    | norm |  | 3 | 72.0 ± 2.0 |  |  | 4,000 | 900,970 | 312 ± 0 | 0.180 ± 0.000 | 41.2 ± 0.0 |  |
    | mdpd | fade.train=norm+head | 1 | 80.0 | 81.0 | 95.0 | 4,000 | 900,970 | 312 | 0.180 | 41.2 | 55.1 |
    | mdpd | fade.train=head | 1 | 60.0 | 80.0 | 95.0 | 4,000 | 900,970 | 312 | 0.180 | 41.2 | 55.1 |

    trained: parameters of backbone and head; remain: parameters at inference; ms: median time of a batch.
    ± is the sample standard deviation over seeds."
  `);
});

it('leaves out columns that nothing has', () => {
  expect(formatComparison(compareRuns(runs.slice(0, 1)))).toMatchInlineSnapshot(`
    "method  seeds  accuracy %  trained   remain  peak MB  s/step    ms
    norm        1        70.0    4,000  900,970      312   0.180  41.2

    trained: parameters of backbone and head; remain: parameters at inference; ms: median time of a batch."
  `);
});
