import { expect, it } from 'vitest';
import { LossCurve } from './loss-curve.ts';

const curve = (...losses: number[]): LossCurve => {
  const made = new LossCurve();
  for (const loss of losses) made.add(loss);
  return made;
};
const count = (length: number): number[] => Array.from({ length }, (_, at) => at);

it('draws from the lowest to the highest', () => {
  expect(curve(...count(8)).line(12, true)).toBe('▁▂▃▄▅▆▇█');
  expect(curve(...count(8)).line(12, false)).toBe('_.-~=+*#');
  expect(curve(4, 2, 1, 1).line(12, true)).toBe('█▃▁▁');
  expect(curve(3, 3).line(12, true)).toBe('▁▁');
  expect(curve(-1e9).line(12, true)).toBe('▁');
  expect(curve().line(12, true)).toBe('');
  expect(curve(NaN, Infinity, 2, 1).line(12, true)).toBe('█▁');
});

it('draws as many columns as there are, of any number of losses', () => {
  for (const losses of [13, 47, 48, 49, 96, 97, 1000, 100_000]) {
    const line = curve(...count(losses)).line(12, true);
    expect(line).toHaveLength(12);
    // It rises all the way.
    expect([...line].sort().join('')).toBe(line);
    expect([line[0], line[11]]).toEqual(['▁', '█']);
  }
  expect(curve(...count(100)).line(6, true)).toHaveLength(6);
});

it('smooths: a loss among thousands is not seen', () => {
  const losses = count(10_000).map((at) => (at === 5000 ? 2 : at < 200 ? 10 : 1));
  expect(curve(...losses).line(12, true)).toBe('█▁▁▁▁▁▁▁▁▁▁▁');
});

it('forgets', () => {
  const made = curve(...count(1000));
  made.clear();
  made.add(1);
  made.add(2);
  expect(made.line(12, true)).toBe('▁█');
});
