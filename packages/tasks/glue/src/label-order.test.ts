import { describe, expect, it } from 'vitest';
import { findGlueTask } from './glue-tasks.ts';
import { labelOrder, type LabelOrder } from './label-order.ts';

const warnings: string[] = [];
const order = (name: string, saved?: string[], id2label?: Record<string, string>): LabelOrder =>
  labelOrder(findGlueTask(name), {
    saved,
    config: id2label ? { id2label } : {},
    warn: (message) => warnings.push(message),
  });

describe('labelOrder', () => {
  it("is Hugging Face's without a checkpoint's, or with one of other classes", () => {
    const published = {
      classes: ['entailment', 'neutral', 'contradiction'],
      labels: ['entailment', 'neutral', 'contradiction'],
    };
    expect(order('mnli')).toEqual(published);
    expect(order('mnli', [])).toEqual(published);
    expect(order('mnli', undefined, { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' })).toEqual(published);
    expect(order('rte', undefined, { 0: 'contradiction', 1: 'neutral', 2: 'entailment' }).labels).toEqual([
      'entailment',
      'not_entailment',
    ]);
  });

  it("is the checkpoint's own, as it writes it", () => {
    // As in roberta-large-mnli.
    const turned = {
      classes: ['contradiction', 'neutral', 'entailment'],
      labels: ['CONTRADICTION', 'NEUTRAL', 'ENTAILMENT'],
    };
    expect(order('mnli', undefined, { 0: 'CONTRADICTION', 1: 'NEUTRAL', 2: 'ENTAILMENT' })).toEqual(turned);
    expect(order('mnli', ['CONTRADICTION', 'NEUTRAL', 'ENTAILMENT'])).toEqual(turned);
    // A saved model counts, not the backbone's configuration.
    expect(
      order('rte', ['not_entailment', 'entailment'], { 0: 'entailment', 1: 'not_entailment' }).classes,
    ).toEqual(['not_entailment', 'entailment']);
    expect(order('cola', ['Acceptable', 'Unacceptable']).classes).toEqual(['acceptable', 'unacceptable']);
    expect(warnings).toEqual([]);
  });

  it('takes names that say nothing in the order of Hugging Face, and says so', () => {
    expect(order('sst2', ['LABEL_0', 'LABEL_1'])).toEqual({
      classes: ['negative', 'positive'],
      labels: ['LABEL_0', 'LABEL_1'],
    });
    expect(warnings.splice(0)).toEqual([
      'the model calls its classes LABEL_0, LABEL_1: they are taken for negative, positive',
    ]);
    expect(order('stsb', ['LABEL_0'])).toEqual({ classes: ['score'], labels: ['LABEL_0'] });
    expect(warnings).toEqual([]);
  });

  it.each([
    ['mnli', ['entailment', 'not_entailment']],
    ['rte', ['yes', 'no']],
    ['rte', ['entailment', 'entailment']],
    ['sst2', ['negative', 'neutral', 'positive']],
    ['sst2', ['LABEL_0']],
  ])('refuses a model of other classes for %s: %j', (name, saved) => {
    expect(() => order(name, saved)).toThrowError(
      expect.objectContaining({
        code: 'DATA_CLASSES',
        message: `the model's classes are ${saved.join(', ')}`,
        place: 'data.task',
        fix: 'name the task that the model was trained for',
        exitCode: 2,
      }),
    );
  });
});
