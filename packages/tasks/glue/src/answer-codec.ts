/**
 * Classes and scores as words: what a backbone with a decoder answers, and what its answers mean.
 *
 * Letters: T most tokens of an answer.
 */
import { MdpdError, type JsonObject } from '@mdpd/core';
import type { Tokenizer } from '@mdpd/data/text/tokenizer';

/** What is answered. */
export interface AnswerSpec {
  /** Which of a task's ways to ask and answer this is, where it has several. */
  readonly style?: string;
  /** The one text that is read, of the texts of an example. */
  compose(texts: readonly [string, string?]): string;
  /** Answer for every class, in label order; absent: answers are scores. */
  readonly words?: readonly string[];
  /** Answer for a score. */
  score(score: number): string;
  /** T, the end included, where it is known; else the longest of `samples` decides. */
  readonly tokens?: number;
  /** Answers for scores, for T. */
  readonly samples?: readonly string[];
  /** What an answer that is no number counts as; default 0. */
  readonly invalidScore?: number;
  /** Whether an answer that is neither of two classes counts as the wrong one of them; default: as none. */
  readonly reverseInvalid?: boolean;
}

/** Special tokens of the decoder, as config.json of a T5 names them. */
export interface AnswerTokens {
  /** Before the first. */
  readonly start: number;
  readonly end: number;
  readonly padding: number;
}

export interface AnswerCodec extends AnswerTokens {
  /** T. */
  readonly tokens: number;
  readonly spec: AnswerSpec;
  /** Ids of the answer for a class or score, the end included; at most T. */
  encode(value: number): readonly number[];
  /** Text of an answer, up to its end. */
  text(ids: ArrayLike<number>): string;
  /** Class or score of an answer; NaN where it is none. */
  parse(ids: ArrayLike<number>): number;
}

const idOf = (value: unknown): number | undefined => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'number' ? first : undefined;
};

/** As `transformers` has them by default for T5. */
export function answerTokens(config: JsonObject, tokenizer: Pick<Tokenizer, 'specialTokens'>): AnswerTokens {
  const padding = idOf(config['pad_token_id']) ?? 0;
  return {
    padding,
    start: idOf(config['decoder_start_token_id']) ?? padding,
    end: idOf(config['eos_token_id']) ?? tokenizer.specialTokens.eos ?? 1,
  };
}

/** Throws DATA_CLASSES where the tokenizer cannot tell two classes apart. */
export function answerCodec(
  tokenizer: Pick<Tokenizer, 'encodeIds' | 'decode'>,
  special: AnswerTokens,
  spec: AnswerSpec,
): AnswerCodec {
  const { end } = special;
  const idsOf = (text: string): number[] => [...tokenizer.encodeIds(text), end];
  const words = spec.words?.map(idsOf);
  const byIds = new Map(words?.map((ids, label) => [ids.join(), label]));
  if (words && byIds.size < words.length) {
    const label = words.findIndex((ids, at) => byIds.get(ids.join()) !== at);
    throw new MdpdError(
      'DATA_CLASSES',
      `the tokenizer cannot write the class "${spec.words![label]}" apart from others`,
      {
        place: 'data.label',
        fix: 'rename the classes, or take a backbone that does not answer in words: bert',
        exitCode: 2,
      },
    );
  }
  const lengths = (words ?? (spec.samples ?? []).map(idsOf)).map((ids) => ids.length);
  const tokens = spec.tokens ?? Math.max(2, ...lengths);
  const own = (ids: ArrayLike<number>): number[] => {
    const all = Array.from(ids);
    const at = all.indexOf(end);
    return at < 0 ? all : all.slice(0, at);
  };
  const text = (ids: ArrayLike<number>): string => tokenizer.decode(own(ids)).trim();
  return {
    ...special,
    tokens,
    spec,
    encode: (value) => (words ? words[value]! : idsOf(spec.score(value)).slice(0, tokens)),
    text,
    parse(ids) {
      if (words) {
        // The same word may be written in other pieces than the tokenizer would cut it into.
        const label = byIds.get([...own(ids), end].join()) ?? spec.words!.indexOf(text(ids));
        return label >= 0 ? label : NaN;
      }
      // Tokenizers may set the parts of a number apart.
      const number = text(ids).replaceAll(/\s/g, '');
      return number === '' ? NaN : Number(number);
    },
  };
}
