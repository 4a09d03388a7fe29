import { describe, expect, it } from 'vitest';
import { createRandom, restoreRandom, shuffle, truncatedNormal, type Random } from './random.ts';

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

describe('random numbers', () => {
  it('are the same everywhere', () => {
    const random = createRandom(42);
    expect({
      state: random.state(),
      uniform: draw(random, 3),
      normal: [random.normal(), random.normal()],
      integers: Array.from({ length: 8 }, () => random.integer(10)),
      fork: random.fork('masks').next(),
      labelled: createRandom(42, 'data').next(),
      order: Array.from(shuffle(random, 8)),
    }).toMatchInlineSnapshot(`
      {
        "fork": 0.3369513649168129,
        "integers": [
          5,
          0,
          1,
          7,
          0,
          7,
          4,
          6,
        ],
        "labelled": 0.1634186163811019,
        "normal": [
          -1.0215267404178099,
          -0.4451050901160651,
        ],
        "order": [
          2,
          3,
          6,
          7,
          0,
          5,
          4,
          1,
        ],
        "state": {
          "path": [
            42,
          ],
          "words": [
            -1591841864,
            1863526427,
            -1656020251,
            -1223217122,
          ],
        },
        "uniform": [
          0.5413521794340045,
          0.6578564843813982,
          0.7148916578934766,
        ],
      }
    `);
  });

  it('depend on seed and label, however close', () => {
    const first = [createRandom(1), createRandom(2), createRandom(1, 'a'), createRandom(1).fork('b')].map(
      (random) => random.next(),
    );
    expect(new Set(first).size).toBe(4);
    expect(draw(createRandom(-7), 3)).toEqual(draw(createRandom(-7), 3));
    expect(createRandom(1, 'a').next()).toBe(createRandom(1).fork('a').next());
    expect(createRandom(1).fork('a').fork('b').next()).not.toBe(createRandom(1).fork('a,b').next());
    expect(() => createRandom(0.5)).toThrow('seed must be an integer, got 0.5');
  });

  it('fork without disturbing, and without being disturbed', () => {
    const [plain, forking] = [createRandom(3), createRandom(3)];
    const early = forking.fork('x');
    draw(early, 5);
    expect(draw(forking, 4)).toEqual(draw(plain, 4));
    expect(draw(forking.fork('x'), 2)).toEqual(draw(plain.fork('x'), 2));
  });

  it('continue where a saved state stood', () => {
    const random = createRandom(5).fork('side');
    random.normal();
    const state = JSON.parse(JSON.stringify(random.state())) as ReturnType<Random['state']>;
    const restored = restoreRandom(state);
    expect([restored.normal(), ...draw(restored, 3)]).toEqual([random.normal(), ...draw(random, 3)]);
    expect(restored.fork('y').next()).toBe(random.fork('y').next());
  });

  it('have the moments of their distributions', () => {
    const random = createRandom(6);
    const count = 100_000;
    const mean = (f: () => number): number =>
      Array.from({ length: count }, f).reduce((sum, value) => sum + value, 0) / count;
    expect(mean(random.next)).toBeCloseTo(0.5, 2);
    expect(mean(() => (random.next() - 0.5) ** 2)).toBeCloseTo(1 / 12, 2);
    expect(Math.abs(mean(random.normal))).toBeLessThan(0.015);
    expect(Math.abs(mean(() => random.normal() ** 2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(mean(() => random.normal() ** 4) - 3)).toBeLessThan(0.2);
    // Variance of a normal cut at two standard deviations: 1 − 4·φ(2) / (2·Φ(2) − 1).
    expect(Math.abs(mean(() => truncatedNormal(random, 1) ** 2) - 0.7737)).toBeLessThan(0.02);
  });

  it('give every integer below the bound equally often', () => {
    const random = createRandom(7);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[random.integer(6)]! += 1;
    expect(counts.every((count) => Math.abs(count - 10_000) < 400)).toBe(true);
    expect(random.integer(1)).toBe(0);
    for (const bound of [0, -1, 1.5, NaN, Infinity]) {
      expect(() => random.integer(bound)).toThrow(`bound must be a positive integer, got ${bound}`);
    }
  });

  it('keep truncated values within the bound', () => {
    const random = createRandom(8);
    const values = Array.from({ length: 2_000 }, () => truncatedNormal(random, 0.02, 1));
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.02);
    expect(() => truncatedNormal(random, 1, 0)).toThrow('bound must be positive, got 0');
  });
});

describe('shuffle', () => {
  it('gives every order equally often', () => {
    const random = createRandom(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6_000; i++) {
      const order = shuffle(random, 3).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['012', '021', '102', '120', '201', '210']);
    expect([...counts.values()].every((count) => Math.abs(count - 1_000) < 130)).toBe(true);
    expect([Array.from(shuffle(random, 0)), Array.from(shuffle(random, 1))]).toEqual([[], [0]]);
  });
});
