import { describe, expect, it } from 'vitest';
import type { ResultRow } from './collect.ts';
import { cells, markdownText, terminalText } from './table.ts';
import { verdicts } from './targets.ts';

const result = (
  row: string,
  engine: ResultRow['engine'],
  ms: number,
  megabytes: number,
  changes: Partial<ResultRow> = {},
): ResultRow => ({
  shape: 'vit-s',
  row,
  engine,
  ms,
  minMs: ms * 0.9,
  timed: 7,
  peakRssBytes: megabytes * 1e6,
  modelRssBytes: 2e8,
  libraryRssBytes: 1e8,
  othersCpu: 0.01,
  ...changes,
});

const measured = [
  result('norm', 'pytorch', 1000, 900),
  result('norm', 'compiled', 1090, 549),
  result('norm', 'wasm', 20_000, 700),
  result('forward', 'pytorch', 500, 400, { othersCpu: 0.3 }),
  result('forward', 'compiled', 510, 400),
];

describe('terminalText', () => {
  it('shows rows in their order, ratios with their targets, and doubts', () => {
    expect(`\n${terminalText(measured)}\n`).toBe(`
vit-s: 12 blocks × 384, 6 heads, 197 tokens, batch 8
  row      pytorch, ms  compiled, ms         wasm, ms  pytorch, MB  compiled, MB  wasm, MB  time ÷ pytorch  memory ÷ pytorch  wasm ÷ ours
  forward   500* (450)     510 (459)                –          400           400         –      1.02 (≤ 1)        1.00 (≤ 1)            –
  norm     1,000 (900)   1,090 (981)  20,000 (18,000)          900           549       700    1.09 (≤ 1.1)      0.61 (≤ 0.6)         18.3

Targets
  vit-s forward: 1.02 × the time of pytorch forward, at most 1.00: missed, doubtful
  vit-s forward: 1.00 × the memory of pytorch forward, at most 1.00: met
  vit-s norm: 1.09 × the time of pytorch norm, at most 1.10: met
  vit-s norm: 0.61 × the memory of pytorch norm, at most 0.60: missed
  vit-s norm: 0.054 × the time of wasm norm, at most 0.125: met

* other processes used more than 10 % of the processors meanwhile.
`);
  });

  it('needs neither PyTorch nor targets', () => {
    expect(`\n${terminalText([result('head', 'wasm', 2.5, 100, { shape: 'tiny' })])}\n`).toBe(`
tiny
  row    wasm, ms  wasm, MB
  head  2.5 (2.3)       100
`);
  });
});

it('has one Markdown table a shape', () => {
  const other = result('full', 'compiled', 4000, 3000, { shape: 'vit-b' });
  const mdpd = result('mdpd', 'compiled', 6000, 1190, { shape: 'vit-b' });
  expect(`\n${markdownText([measured[4]!, other, mdpd])}\n`).toBe(`
### vit-s: 12 blocks × 384, 6 heads, 197 tokens, batch 8

| row | compiled, ms | compiled, MB |
| --- | ---: | ---: |
| forward | 510 (459) | 400 |

### vit-b: 12 blocks × 768, 12 heads, 197 tokens, batch 16

| row | compiled, ms | compiled, MB |
| --- | ---: | ---: |
| mdpd | 6,000 (5,400) | 1,190 |
| full | 4,000 (3,600) | 3,000 |

### Targets

- vit-b mdpd: 0.40 × the memory of compiled full, at most 0.40: met
`);
});

it('compares inference with and without the side network', () => {
  const rows = [
    result('forward', 'compiled', 100, 1),
    result('latency-faded', 'compiled', 103, 1),
    result('latency-side', 'compiled', 150, 1),
  ];
  expect(verdicts(rows).map(({ ratio, met }) => [ratio.toFixed(3), met])).toEqual([
    ['0.687', true],
    ['1.030', false],
  ]);
});

it('leaves cells empty that were not measured', () => {
  expect(cells([measured[0]!, measured[4]!], 'vit-s')[2]).toEqual([
    'norm',
    '1,000 (900)',
    '–',
    '900',
    '–',
    '–',
    '–',
  ]);
});
