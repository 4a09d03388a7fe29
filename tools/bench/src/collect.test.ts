import { describe, expect, it } from 'vitest';
import { collect, jobOf, plan, summary } from './collect.ts';
import { rowNamed, rows as allRows, type Job, type Measurement } from './job.ts';
import { shapes } from './shapes.ts';

const [small, base] = [shapes[0]!, shapes[1]!];
const measurement = (times: readonly number[], peakRssBytes = 5e8): Measurement => ({
  times,
  values: [],
  othersCpu: 0.05,
  libraryRssBytes: 1e8,
  modelRssBytes: 2e8,
  peakRssBytes,
});

describe('plan', () => {
  it('lets engines take turns, round by round, row by row', () => {
    const works = plan({
      shapes: [small],
      rows: [rowNamed('head'), rowNamed('full')],
      engines: ['pytorch', 'compiled', 'wasm'],
      repeats: 2,
    });
    expect(works.map(({ row, engine, round }) => `${row.name} ${engine} ${round}`)).toEqual([
      'head pytorch 0',
      'head compiled 0',
      'head wasm 0',
      'head pytorch 1',
      'head compiled 1',
      'head wasm 1',
      'full pytorch 0',
      'full compiled 0',
      'full wasm 0',
      'full pytorch 1',
      'full compiled 1',
      'full wasm 1',
    ]);
  });

  it('leaves out engines that are too slow for a shape', () => {
    const rows = [rowNamed('head')];
    const images = [small, base];
    expect(plan({ shapes: [base], rows, engines: ['wasm'], repeats: 1 })).toEqual([]);
    expect(plan({ shapes: images, rows, engines: ['wasm', 'compiled'], repeats: 1 })).toHaveLength(3);
  });

  it.each([
    ['vit-s', 'forward head norm norm+recompute side mdpd full latency-faded latency-side'],
    ['bert-base', 'forward norm+recompute side mdpd full'],
    ['vilt', 'forward norm+recompute side mdpd full'],
    ['spam', 'bucketed-epoch padded-epoch'],
  ])('measures of %s %s', (name, expected) => {
    const shape = shapes.filter((each) => each.name === name);
    const works = plan({ shapes: shape, rows: allRows, engines: ['compiled'], repeats: 1 });
    expect(works.map(({ row }) => row.name).join(' ')).toBe(expected);
  });
});

describe('jobOf', () => {
  it.each([
    ['norm', 'pytorch', 3, 7],
    ['norm', 'wasm', 1, 7],
    ['forward', 'compiled', 3, 15],
    ['forward', 'wasm', 1, 7],
  ] as const)('%s on %s has %d steps before %d timed ones', (row, engine, warmup, repeats) => {
    const job = jobOf({ shape: small, row: rowNamed(row), engine }, 2);
    expect([job.warmup, job.repeats, job.threads, job.batch]).toEqual([warmup, repeats, 2, 8]);
    expect([job.row, job.engine, job.shape]).toEqual([row, engine, small.model]);
  });

  it.each(['bert-base', 'vilt'])('gives %s the narrow side network of wide backbones', (name) => {
    const shape = shapes.find((each) => each.name === name)!;
    const { settings } = jobOf({ shape, row: rowNamed('side'), engine: 'compiled' }, 2);
    expect(settings).toMatchObject({ side: { reductionFactor: 8 } });
  });

  it('times less of a large shape, and hands texts on', () => {
    const jobs = (name: string, row: string): Job =>
      jobOf({ shape: shapes.find((each) => each.name === name)!, row: rowNamed(row), engine: 'compiled' }, 2);
    for (const name of ['bert-base', 'vilt']) {
      expect([jobs(name, 'full').repeats, jobs(name, 'forward').repeats]).toEqual([5, 9]);
    }
    expect(jobs('bert-base', 'full')).not.toHaveProperty('texts');
    expect(jobs('spam', 'padded-epoch').texts).toMatchObject({ source: 'spam', examples: 1000 });
  });
});

describe('summary', () => {
  it('is the median and minimum of all rounds, and the largest memory', () => {
    const rounds: Measurement[] = [
      measurement([3, 1, 2], 7e8),
      { ...measurement([30, 10, 20], 6e8), othersCpu: 0.2 },
    ];
    expect(summary({ shape: small, row: rowNamed('norm'), engine: 'wasm' }, rounds)).toEqual({
      shape: 'vit-s',
      row: 'norm',
      engine: 'wasm',
      ms: 6.5,
      minMs: 1,
      timed: 6,
      peakRssBytes: 7e8,
      modelRssBytes: 2e8,
      libraryRssBytes: 1e8,
      othersCpu: 0.2,
    });
  });
});

describe('collect', () => {
  it('goes on after a failure, and says what failed', async () => {
    const works = plan({
      shapes: [base],
      rows: [rowNamed('norm')],
      engines: ['pytorch', 'compiled'],
      repeats: 2,
    });
    const said: string[] = [];
    const order: string[] = [];
    const { rows, problems } = await collect(works, 2, {
      measure: async ({ engine }: Job) => {
        order.push(engine);
        if (engine === 'pytorch') throw new Error('killed by SIGKILL');
        return measurement([1000, 1100, 900]);
      },
      settle: async () => void order.push('settle'),
      say: (message) => said.push(message),
    });
    expect(order.join(' ')).toBe('settle pytorch settle compiled settle pytorch settle compiled');
    expect(rows.map(({ engine, ms, timed }) => [engine, ms, timed])).toEqual([['compiled', 1000, 6]]);
    const problem = { shape: 'vit-b', row: 'norm', engine: 'pytorch', reason: 'killed by SIGKILL' };
    expect(problems).toEqual([problem, problem]);
    expect(said).toEqual([
      '1/4  vit-b norm pytorch: killed by SIGKILL',
      '2/4  vit-b norm compiled: 1000 ms, 500 MB',
      '3/4  vit-b norm pytorch: killed by SIGKILL',
      '4/4  vit-b norm compiled: 1000 ms, 500 MB',
    ]);
  });
});
