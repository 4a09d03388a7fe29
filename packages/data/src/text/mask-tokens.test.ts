import { createRandom } from '@mdpd/tensor/random';
import { describe, expect, it } from 'vitest';
import { maskTokens, type MaskingRules } from './mask-tokens.ts';

const rules: MaskingRules = { ratio: 0.15, maskId: 4, vocabSize: 1000, special: new Set([0, 1, 2, 3, 4]) };
const example = (words: number): Int32Array =>
  Int32Array.from([2, ...Array.from({ length: words }, (_, i) => 5 + ((i * 7) % 990)), 3]);

describe('maskTokens', () => {
  it('chooses the share of the tokens that are not special, and says what they were', () => {
    const before = example(200);
    const ids = before.slice();
    const labels = maskTokens(ids, rules, createRandom(1));
    const chosen = [...labels.keys()].filter((at) => labels[at] !== -100);
    expect(chosen).toHaveLength(30);
    expect(chosen.every((at) => labels[at] === before[at])).toBe(true);
    ids.forEach((id, at) => {
      if (labels[at] === -100) expect(id).toBe(before[at]);
    });
    expect([labels[0], labels[201]]).toEqual([-100, -100]);
  });

  it('hides eight of ten, replaces one and leaves one', () => {
    const counts = { hidden: 0, replaced: 0, left: 0 };
    for (let seed = 0; seed < 200; seed++) {
      const ids = example(100);
      const labels = maskTokens(ids, rules, createRandom(seed));
      labels.forEach((label, at) => {
        if (label === -100) return;
        const fate = ids[at] === 4 ? 'hidden' : ids[at] === label ? 'left' : 'replaced';
        if (fate === 'replaced') expect(rules.special.has(ids[at]!)).toBe(false);
        counts[fate]++;
      });
    }
    const all = counts.hidden + counts.replaced + counts.left;
    expect(all).toBe(200 * 15);
    expect(counts.hidden / all).toBeCloseTo(0.8, 1);
    expect(counts.replaced / all).toBeCloseTo(0.1, 1);
    expect(counts.left / all).toBeCloseTo(0.1, 1);
  });

  it('draws every token alike', () => {
    const seen = new Int32Array(22);
    for (let seed = 0; seed < 2000; seed++) {
      maskTokens(example(20), rules, createRandom(seed)).forEach((label, at) => {
        if (label !== -100) seen[at]!++;
      });
    }
    // 3 of 20 in 2,000 draws: 300 each, with a deviation of 16.
    for (const count of seen.slice(1, 21)) expect(Math.abs(count - 300)).toBeLessThan(80);
  });

  it('chooses at least one, but none of special tokens', () => {
    const one = maskTokens(example(1), rules, createRandom(0));
    expect([...one]).toEqual([-100, 5, -100]);
    const ids = Int32Array.from([2, 1, 4, 3]);
    expect([...maskTokens(ids, rules, createRandom(0))]).toEqual([-100, -100, -100, -100]);
    expect([...ids]).toEqual([2, 1, 4, 3]);
  });
});
