import { describe, expect, it } from 'vitest';
import {
  clip,
  formatBytes,
  formatCount,
  formatDuration,
  formatList,
  formatMetric,
  formatMilliseconds,
  formatShare,
  formatTable,
  wrap,
} from './format.ts';

describe('numbers', () => {
  it.each([
    [0, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3599.6, '1 h 00 min'],
    [3780, '1 h 03 min'],
    [86_400, '24 h 00 min'],
  ])('%d seconds', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('writes counts, bytes, milliseconds and metrics', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect([999, 12_345, 312_400_000, 1_234_000_000].map(formatBytes)).toEqual([
      '1 kB',
      '12 kB',
      '312 MB',
      '1.23 GB',
    ]);
    expect([0.4128, 1.5, 12.34, 1234.4].map(formatMilliseconds)).toEqual([
      '0.413 ms',
      '1.50 ms',
      '12.3 ms',
      '1,234 ms',
    ]);
    expect(formatShare(0.8314)).toBe('83.1 %');
    expect(formatMetric('accuracy', 0.8314)).toBe('83.1 %');
    expect(formatMetric('matthews', 0.61234)).toBe('0.6123');
    expect(formatMetric('overall', 0.25)).toBe('25.0 %');
    expect(formatMetric('perAnswerType.yes/no', 0.25)).toBe('25.0 %');
    expect(formatMetric('open', 0.25)).toBe('25.0 %');
    expect(formatMetric('distribution', 1.25)).toBe('1.2500');
  });
});

describe('tables', () => {
  it('aligns the first column left and the others right', () => {
    const rows = [
      ['method', 'accuracy', 'ms'],
      ['mdpd', '83.1 %', '1.5'],
      ['head', '7 %'],
    ];
    expect(formatTable(rows, '> ')).toBe(
      ['> method  accuracy   ms', '> mdpd      83.1 %  1.5', '> head         7 %'].join('\n'),
    );
    expect(formatTable([])).toBe('');
  });

  it('wraps descriptions under their own column', () => {
    expect(
      formatList(
        [
          ['--out', 'a folder that does not hold a run yet'],
          ['-h', ''],
        ],
        ' ',
        40,
      ),
    ).toBe([' --out  a folder that does not hold a', '        run yet', ' -h'].join('\n'));
  });

  it('breaks and clips text', () => {
    expect(wrap('aaa bb c dddddddd', 6)).toEqual(['aaa bb', 'c', 'dddddddd']);
    expect([clip('abcdef', 4), clip('abc', 4), clip('abc', 0)]).toEqual(['abc…', 'abc', '…']);
  });
});
