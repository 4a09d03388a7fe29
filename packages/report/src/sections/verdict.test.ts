import { describe, expect, it } from 'vitest';
import type { Result } from '../result.ts';
import { exampleResult, exampleView } from '../testing/example-view.ts';
import { verdictSection } from './verdict.ts';

const sentences = (result: Result, others?: readonly { name: string; result: Result }[]): string[] => {
  const { text } = verdictSection({ ...exampleView({ steps: 1 }), result, others })!.body;
  return [...text.matchAll(/<p class="user">([^<]*)</g)].map(([, sentence]) =>
    sentence!.replaceAll('\u00a0', ' '),
  );
};
const of = (faded: number | null, side: number | null, changes: Partial<Result> = {}): Result => ({
  ...exampleResult(),
  fadeGap: faded !== null && side !== null ? side - faded : null,
  ...changes,
  metrics: {
    ...exampleResult().metrics,
    faded: faded === null ? null : { accuracy: faded },
    side: side === null ? null : { accuracy: side },
    ...changes.metrics,
  },
});

describe('verdict', () => {
  it('says what fading cost, and what chance would do', () => {
    expect(sentences(of(0.9, 0.95)).slice(0, 2)).toEqual([
      'On 10,000 test examples, accuracy is 90.00 %. Another test split of that size would move it by chance, by up to ± 0.59 points in 95 of 100 cases.',
      'What ships is the faded model: the side network that taught it is gone. It is 5.00 points below its teacher: that is what fading cost.',
    ]);
    expect(sentences(of(0.9, 0.901))[1]).toContain('may be chance');
    expect(sentences(of(0.95, 0.9))[1]).toContain('5.00 points above its teacher');
    expect(sentences(of(0.9, 0.9))[1]).toContain('It is as good as its teacher.');
  });

  it('is honest where there is no side network, or nothing but it', () => {
    expect(sentences(of(0.9, null))[1]).toContain('There is no side network in this run');
    expect(sentences(of(null, 0.9))[1]).toContain('keeps its side network');
    expect(sentences(of(null, null))[0]).toBe('There is no accuracy of this run.');
  });

  it('looks at what an answer without looking reaches', () => {
    expect(sentences(of(0.9, null)).find((each) => each.startsWith('Without looking'))).toBe(
      'Without looking at the example, the commonest label (7) reaches 11.35 %: the model is 78.65 points above that.',
    );
    expect(sentences(of(0.1, null)).join(' ')).toContain('it has learnt nothing of use');
    const metrics = { ...exampleResult().metrics, baseline: undefined, faded: { accuracy: 0.5 }, side: null };
    expect(sentences(of(0.5, null, { metrics })).join(' ')).toContain('is not known for this task');
  });

  it('is told against other runs', () => {
    const others = [
      { name: 'runs/full', result: exampleResult({ method: 'full', accuracy: 0.99 }) },
      { name: 'runs/norm', result: exampleResult({ method: 'norm', accuracy: 0.9 }) },
    ];
    const told = sentences(of(0.9, 0.9), others).slice(-2);
    expect(told[0]).toBe(
      'Against runs/full (full fine-tuning), which reaches 99.00 %: 9.00 points worse, with 49 % of its peak memory (544 MB against 1.12 GB).',
    );
    expect(told[1]).toContain(
      'Against runs/norm (the label-only control, which trains the same parameters without a side network): equal, 90.00 %',
    );
    const norm = exampleResult({ method: 'norm', accuracy: 0.9 });
    const fewer = { ...norm, parameters: { ...norm.parameters, trainedInBackbone: 7 } };
    expect(sentences(of(0.9, 0.9), [{ name: 'runs/norm', result: fewer }]).at(-1)).toContain(
      'Against runs/norm (norms and head, on labels alone)',
    );
    expect(sentences(of(0.9, 0.9)).at(-1)).toContain('No other run on the same data is beside it');
  });

  it('concludes nothing from a smoke run', () => {
    expect(sentences(of(0.9, 0.5, { smoke: true }))).toEqual([
      'This was a smoke run, which shows that everything works: its numbers mean nothing, and there is nothing to conclude.',
    ]);
  });

  it('takes boxes that overlap for no pairs: one may be right', () => {
    const metrics = {
      primary: 'precision@0.5',
      faded: { 'precision@0.5': 0.5 },
      side: { 'precision@0.5': 0.52 },
    };
    const boxes = of(0.5, 0.52, { metrics, testExamples: 1000, agreement: 1 });
    expect(sentences({ ...boxes, metrics })[1]).toContain('may be chance');
    expect(sentences(of(0.5, 0.52, { testExamples: 1000, agreement: 1 }))[1]).toContain(
      'that is what fading cost',
    );
  });

  it('is not there before there is a result', () => {
    const { result: _, ...view } = exampleView({ steps: 1 });
    expect(verdictSection(view)).toBeUndefined();
  });
});
