import { loadTokenizer, type Tokenizer } from '@mdpd/data/text/tokenizer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerCodec, answerTokens, type AnswerCodec, type AnswerSpec } from './answer-codec.ts';
import { glueAnswers } from './glue-answers.ts';
import { findGlueTask } from './glue-tasks.ts';
import { answeredScore, textAnswers } from './text-answers.ts';
import { answerConfig, createTextFixture } from './testing/text-fixture.ts';

const fixture = createTextFixture<unknown>();
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await loadTokenizer(fixture.model);
});
afterAll(() => fixture.remove());

const codecOf = (spec: AnswerSpec): AnswerCodec =>
  answerCodec(tokenizer, answerTokens(answerConfig, tokenizer), spec);
const ids = (text: string): number[] => tokenizer.encodeIds(text);
const end = 3;

describe('answerTokens', () => {
  it('are those of config.json, else of T5', () => {
    expect(answerTokens(answerConfig, tokenizer)).toEqual({ start: 0, end: 3, padding: 0 });
    expect(answerTokens({}, tokenizer)).toEqual({ start: 0, end: 1, padding: 0 });
    expect(answerTokens({}, { specialTokens: { eos: 7 } }).end).toBe(7);
    const lists = { pad_token_id: 5, eos_token_id: [9, 2], decoder_start_token_id: null };
    expect(answerTokens(lists, tokenizer)).toEqual({ start: 5, end: 9, padding: 5 });
  });
});

describe('answers that are classes', () => {
  it('are read to their end, whatever follows', () => {
    const codec = codecOf(textAnswers({ words: ['good', 'so no', 'bad'] }));
    expect(codec.tokens).toBe(3);
    expect([0, 1, 2].map((label) => codec.encode(label))).toEqual([
      [...ids('good'), end],
      [...ids('so no'), end],
      [...ids('bad'), end],
    ]);
    expect(codec.parse([...ids('so no'), end])).toBe(1);
    expect(codec.parse([...ids('bad'), end, 0])).toBe(2);
    expect(codec.parse([...ids('bad good'), end])).toBeNaN();
    expect(codec.parse([end, 0, 0])).toBeNaN();
    expect([codec.text([...ids('so no'), end, 0]), codec.text([end, 0])]).toEqual(['so no', '']);
  });

  it('are read by their text, too: pieces may be others', () => {
    const toy = {
      encodeIds: (text: string) => [text === 'ab' ? 9 : 8],
      decode: (all: readonly number[]) => (all.length === 2 ? 'ab' : 'c'),
    };
    const codec = answerCodec(toy, { start: 0, end: 1, padding: 0 }, textAnswers({ words: ['ab', 'd'] }));
    expect([codec.parse([9, 1]), codec.parse([5, 6, 1]), codec.parse([7, 1])]).toEqual([0, 0, NaN]);
  });

  it('must differ in their tokens', () => {
    expect(() => codecOf(textAnswers({ words: ['good', 'lion', 'zebra'] }))).toThrowError(
      expect.objectContaining({
        code: 'DATA_CLASSES',
        message: 'the tokenizer cannot write the class "lion" apart from others',
        place: 'data.label',
        fix: 'rename the classes, or take a backbone that does not answer in words: bert',
        exitCode: 2,
      }),
    );
  });
});

describe('answers that are scores', () => {
  it('are numbers, as long as the longest', () => {
    const codec = codecOf(textAnswers({ samples: ['3', '12.5', '0.25'] }));
    // This tokenizer has no pieces of words: 12 and 25 are one unknown token each.
    expect(codec.tokens).toBe(4);
    expect(codec.encode(12.5)).toEqual([...ids('12.5'), end]);
    expect(codec.parse([...ids('3 . 5'), end])).toBe(3.5);
    expect([codec.parse([...ids('good'), end]), codec.parse([end])]).toEqual([NaN, NaN]);
    expect(codecOf(textAnswers({ samples: [], tokens: 7 })).tokens).toBe(7);
    expect([answeredScore(2 / 3), answeredScore(-4), answeredScore(0.1 + 0.2)]).toEqual([
      '0.67',
      '-4',
      '0.3',
    ]);
  });
});

describe('GLUE in words', () => {
  const compose = (name: string, ...texts: [string, string?]): string =>
    glueAnswers(findGlueTask(name), findGlueTask(name).labels).compose(texts);

  it('asks as Compacter and LST do', () => {
    expect(compose('cola', 'They drank.')).toBe('cola sentence: They drank.');
    expect(compose('mrpc', 'a', 'b')).toBe('mrpc sentence1: a sentence2: b');
    expect(compose('qqp', 'a', 'b')).toBe('qqp question1: a question2: b');
    expect(compose('mnli', 'a', 'b')).toBe('mnli premise: a hypothesis: b');
    expect(compose('qnli', 'a', 'b')).toBe('qnli question: a sentence: b');
    expect(compose('stsb', 'a', 'b')).toBe('stsb sentence1: a sentence2: b');
  });

  it('asks and answers as T5 was pretrained, where words are wanted', () => {
    const words = (name: string, classes = findGlueTask(name).labels): AnswerSpec =>
      glueAnswers(findGlueTask(name), classes, 'words');
    expect(words('mnli').compose(['a', 'b'])).toBe('mnli hypothesis: b premise: a');
    expect(words('qnli').compose(['a', 'b'])).toBe('qnli question: a sentence: b');
    expect(words('cola').compose(['a'])).toBe('cola sentence: a');
    expect(words('cola').words).toEqual(['unacceptable', 'acceptable']);
    expect(words('sst2').words).toEqual(['negative', 'positive']);
    expect(words('mnli', ['contradiction', 'neutral', 'entailment']).words).toEqual([
      'contradiction',
      'neutral',
      'entailment',
    ]);
    expect([words('stsb').score(3.87), words('stsb').words]).toEqual(['3.8', undefined]);
  });

  it('answers with ids of Hugging Face, whatever the order of the labels, and scores in fifths', () => {
    const mnli = findGlueTask('mnli');
    expect(glueAnswers(mnli, mnli.labels).words).toEqual(['0', '1', '2']);
    expect(glueAnswers(mnli, ['contradiction', 'neutral', 'entailment']).words).toEqual(['2', '1', '0']);
    const stsb = glueAnswers(findGlueTask('stsb'), ['score']);
    expect([0, 5, 3.8, 2.45, 2.6667].map((score) => stsb.score(score))).toEqual([
      '0.0',
      '5.0',
      '3.8',
      '2.4',
      '2.6',
    ]);
    expect([stsb.words, stsb.samples!.length, stsb.samples![1]]).toEqual([undefined, 26, '0.2']);
    const codec = codecOf(stsb);
    for (const sample of stsb.samples!)
      expect(codec.parse([...codec.encode(Number(sample))])).toBe(Number(sample));
  });
});
