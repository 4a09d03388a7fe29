import type { RunRecord } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { RecordHistory } from './record-history.ts';
import { reportPage } from './report-page.ts';
import type { RunView } from './run-view.ts';
import type { ShownExamples } from './shown-examples.ts';
import { exampleResult, exampleView } from './testing/example-view.ts';
import { bodyOf, tagsOf, unbalanced } from './testing/page-parts.ts';

const empty: RunView = {
  name: 'runs/new',
  recipeText: '',
  recipe: {},
  records: [],
  totals: { steps: 0, stepSeconds: 0, evaluationSeconds: 0 },
  command: 'npx mdpd train r.yaml',
};
const clean = (page: string): void => {
  expect(bodyOf(page)).not.toMatch(/NaN|Infinity|undefined|\bnull\b|\[object/);
  expect(unbalanced(bodyOf(page))).toEqual([]);
};
const titles = (page: string): string[] =>
  [...page.matchAll(/<h2[^>]*>([^<]*)</g)].map(([, title]) => title!);

describe('what strangers wrote', () => {
  const evil = `</script></style><script>alert(1)</script><img src=x onerror="alert(2)"> "'\u202Egnp.exe`;
  const view: RunView = {
    name: evil,
    recipeText: `task: "${evil}"`,
    recipe: {
      task: evil,
      data: { train: evil },
      backbone: evil,
      method: { name: evil },
      executor: evil,
      train: { seed: evil },
    },
    totals: exampleView({ steps: 50 }).totals,
    records: [
      { type: 'note', step: 3, message: evil },
      ...exampleView({ steps: 50 }).records.map((record): RunRecord =>
        record.type === 'step'
          ? {
              ...record,
              phase: record.step > 20 ? evil : 'side',
              parts: { [evil]: 1 + record.step },
              learningRate: { [evil]: 1 },
            }
          : record.type === 'evaluation'
            ? { ...record, split: evil, path: evil, metrics: { [evil]: 1 } }
            : record.type === 'layers'
              ? { ...record, layers: { [evil]: { [evil]: [1, 2] } }, boundary: { [evil]: 0 } }
              : record,
      ),
    ],
    result: {
      ...exampleResult(),
      recipe: evil,
      method: evil,
      backbone: evil,
      metrics: {
        primary: evil,
        faded: { [evil]: 0.5 },
        side: { [evil]: 0.4 },
        baseline: { name: evil, metrics: { [evil]: 0.1 } },
      },
      environment: { ...exampleResult().environment, cpu: evil, versions: { [evil]: evil } },
    },
    failure: { code: evil, message: evil, fix: evil },
    examples: {
      split: evil,
      examples: 3,
      confusion: {
        labels: [evil, 'b'],
        hiddenLabels: 0,
        faded: [
          [1, 2],
          [3, 4],
        ],
        side: [
          [1, 2],
          [3, 4],
        ],
      },
      shown: [
        {
          kind: 'wrong',
          index: 0,
          expected: evil,
          texts: [evil],
          image: { source: `data:image/png;base64,"><script>alert(3)</script>`, width: 3, height: 4 },
          expectedBox: [1, 2, 3, 4],
          faded: { value: evil, probability: 0.5 },
        },
      ],
    },
    command: `npx mdpd train '${evil}'`,
    others: [
      {
        name: evil,
        result: { ...exampleResult(), metrics: { primary: evil, faded: { [evil]: 0.5 }, side: null } },
      },
    ],
  };

  it('is text wherever it stands', () => {
    const page = reportPage(view);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<\/script/g)).toHaveLength(1);
    expect(page.match(/<\/style/g)).toHaveLength(1);
    expect(
      tagsOf(bodyOf(page)).filter((tag) => /^<img/.test(tag) && !tag.startsWith('<img src="data:image/')),
    ).toEqual([]);
    expect(page).not.toContain('\u202E');
    expect(page).toContain('⟨U+202E⟩');
    // Of every field that a page shows, nothing is lost.
    expect(page.split('&lt;script&gt;alert(1)&lt;/script&gt;').length).toBeGreaterThan(40);
    clean(page);
  });

  it('has no image but those that hold their own bytes', () => {
    const shown = {
      kind: 'right',
      index: 0,
      image: { source: 'https://example.org/a.png', width: 1, height: 1 },
    } as const;
    expect(reportPage({ ...view, examples: { split: 'test', examples: 1, shown: [shown] } })).not.toContain(
      'example.org',
    );
  });
});

describe('size', () => {
  const source = `data:image/webp;base64,${'A'.repeat(8000 - 23)}`;
  const shown = Array.from({ length: 32 }, (_, index) => ({
    kind: 'right' as const,
    index,
    image: { source, width: 240, height: 240 },
  }));
  const gallery: ShownExamples = { split: 'test', examples: 32, shown };

  it.each([
    [5000, 720_000],
    [20_000, 740_000],
  ])('of a page of %d steps and 32 images of 8 kB is small', (steps, most) => {
    const page = reportPage({ ...exampleView({ steps, evaluations: 50 }), examples: gallery });
    expect(Buffer.byteLength(page)).toBeLessThan(most);
    expect(page.match(/<img\s/g)).toHaveLength(32);
    clean(page);
  });

  it('of a page of 200,000 steps is small too, and it is made at once', () => {
    const view = exampleView({ steps: 200_000, evaluations: 50 });
    const history = new RecordHistory();
    view.records.forEach((record) => history.add(record));
    const began = performance.now();
    const page = reportPage({
      ...view,
      records: history.records(),
      totals: history.totals,
      examples: gallery,
    });
    expect(performance.now() - began).toBeLessThan(5000);
    expect(Buffer.byteLength(page)).toBeLessThan(740_000);
    expect(page).toContain('200,000 steps');
    clean(page);
  });

  it('has an end: images that do not fit are left out with a word', () => {
    const large = {
      ...shown[0]!,
      image: { ...shown[0]!.image, source: `data:image/webp;base64,${'A'.repeat(400_000)}` },
    };
    const page = reportPage({ ...exampleView(), examples: { ...gallery, shown: shown.map(() => large) } });
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
    expect(page.match(/<img\s/g)!.length).toBeGreaterThan(2);
    expect(page).toContain('image left out: the page would be too large');
  });
});

describe('what is far too long', () => {
  // The worst of it: a character that takes twelve bytes when it is written out.
  const long = '\u202E'.repeat(100_000);
  const { result, records, ...rest } = exampleView({ steps: 50, evaluations: 3 });

  it('is cut: the page stays below its limit', () => {
    const metrics = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [long + i, 0.5]));
    const evaluation = {
      type: 'evaluation',
      split: long,
      path: long,
      examples: 3,
      metrics,
      time: { seconds: 1 },
    } as const;
    const page = reportPage({
      ...rest,
      name: long,
      command: long,
      recipeText: long,
      recipe: { task: long, backbone: long, data: { train: long }, method: long, executor: long },
      records: [
        ...Array.from({ length: 300 }, (): RunRecord => ({ type: 'note', step: 0, message: long })),
        { ...evaluation, step: 1 },
        { ...evaluation, step: 2 },
        ...records.map((record): RunRecord =>
          record.type === 'step'
            ? { ...record, phase: record.step > 20 ? long : 'side', parts: metrics }
            : record,
        ),
        { type: 'layers', step: 60, layers: { [long]: { [long]: [1, 2] } } },
      ],
      result: {
        ...result!,
        recipe: long,
        metrics: { primary: `${long}0`, faded: metrics, side: metrics, baseline: { name: long, metrics } },
        environment: { ...result!.environment, cpu: long, versions: { [long]: long } },
      },
      failure: { code: long, message: long, fix: long },
      examples: {
        split: long,
        examples: 3,
        confusion: { labels: Array(40).fill(long), hiddenLabels: 0, faded: [[1]], side: [[1]] },
        shown: Array.from({ length: 32 }, (_, index) => ({
          kind: 'wrong' as const,
          index,
          expected: long,
          texts: [long, long, long, long, long],
          faded: { value: long },
          side: { value: long },
        })),
      },
      others: Array.from({ length: 40 }, () => ({
        name: long,
        result: { ...result!, metrics: { primary: `${long}0`, faded: metrics, side: null } },
      })),
    });
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
    clean(page);
  });
});

describe('what is missing', () => {
  it('is left out: nothing at all', () => {
    const page = reportPage(empty);
    clean(page);
    expect(titles(page)).toEqual(['Make it again']);
    expect(page).toContain('not finished: before its first step when this page was written');
  });

  it('is left out: one step, no evaluation, no result', () => {
    const { records, totals } = exampleView({ steps: 1, evaluations: 0, method: 'norm' });
    const page = reportPage({ ...empty, totals, records: records.filter(({ type }) => type === 'step') });
    clean(page);
    expect(titles(page)).toEqual(['Training', 'Where the time went', 'Make it again']);
    expect(page).toContain('step 1 of 1');
  });

  it('is left out: values that are no numbers', () => {
    const { records } = exampleView({ steps: 60 });
    const broken = records.map((record) =>
      record.type === 'step'
        ? {
            ...record,
            loss: record.step % 2 ? Number.NaN : 1,
            metric: undefined,
            parts: { a: Infinity, b: null as unknown as number },
          }
        : record,
    );
    clean(reportPage({ ...empty, records: broken }));
  });

  it('is told: a run that goes on, and one that failed', () => {
    const { result: _, examples: __, ...running } = exampleView({ steps: 500 });
    const half = running.records.filter((record) => record.step <= 200);
    const page = reportPage({ ...running, records: half });
    expect(page).toContain('not finished: step 200 of 500 when this page was written');
    expect(page).toContain('validation, step 200');
    clean(page);
    const failed = reportPage({
      ...running,
      records: half,
      failure: { code: 'LOSS_NOT_FINITE', message: 'loss is NaN', fix: 'lower the rate' },
    });
    expect(failed).toContain('<strong>LOSS_NOT_FINITE</strong>');
    expect(failed).toContain('Fix: lower the rate');
  });

  it('is told: a smoke run', () => {
    const { result, ...view } = exampleView();
    expect(reportPage({ ...view, result: { ...result!, smoke: true } })).toContain(
      'the numbers mean nothing',
    );
  });
});

it('has its parts in one order', () => {
  expect(titles(reportPage(exampleView()))).toEqual([
    'Verdict',
    'Training',
    'Where the time went',
    'Layers',
    'Confusion',
    'Examples',
    'Numbers',
    'Make it again',
    'Notes and warnings',
  ]);
});
