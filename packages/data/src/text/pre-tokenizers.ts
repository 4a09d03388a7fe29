/**
 * The pre-tokenizers of tokenizer.json: they cut a normalized text into the pieces that a model sees one by one.
 *
 * Those that BERT, RoBERTa, GPT-2 and T5 use are ours, exactly as the Rust library `tokenizers` computes them; others are
 * those of @huggingface/tokenizers.
 */

import type { JsonObject, JsonValue } from '@mdpd/core';
import { SplitPreTokenizer } from './library.ts';
import { invalid, isObject, partsOf, type JsonPlace } from './tokenizer-json.ts';
import * as classes from './unicode-classes.ts';

/** Pieces, none empty. `first` says whether the text is at the start of the whole text. */
export type PreTokenizer = (text: string, first: boolean) => readonly string[];

const { whiteSpace, bertPunctuation, letter, number } = classes;
const bertPieces = new RegExp(`[^${whiteSpace}${bertPunctuation}]+|[${bertPunctuation}]`, 'gu');
const words = new RegExp(`[^${whiteSpace}]+`, 'gu');
const byteLevelPieces = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?[${letter}]+| ?[${number}]+| ?[^${whiteSpace}${letter}${number}]+|` +
    `[${whiteSpace}]+(?![^${whiteSpace}])|[${whiteSpace}]+`,
  'gu',
);

/** GPT-2's alphabet: printable bytes stand for themselves, the others for characters from U+0100 on. */
const byteCharacters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
    return String.fromCharCode(printable ? byte : next++);
  });
})();

const printableWord = /^ ?[!-~]+$/;

function inByteAlphabet(piece: string): string {
  if (printableWord.test(piece)) return piece.replace(' ', byteCharacters[32]!);
  let result = '';
  for (const byte of Buffer.from(piece, 'utf8')) result += byteCharacters[byte]!;
  return result;
}

function byteLevel(config: JsonObject): PreTokenizer {
  const prefix = config['add_prefix_space'] !== false;
  const cut = config['use_regex'] !== false;
  return (text) => {
    if (text === '') return [];
    const whole = prefix && !text.startsWith(' ') ? ` ${text}` : text;
    return (cut ? (whole.match(byteLevelPieces) ?? []) : [whole]).map(inByteAlphabet);
  };
}

function metaspace(config: JsonObject, place: JsonPlace): PreTokenizer {
  const mark = typeof config['replacement'] === 'string' ? config['replacement'] : '\u2581';
  if ([...mark].length !== 1) return invalid('the replacement of Metaspace is not one character', place);
  // Older files say `add_prefix_space` instead.
  const old = config['add_prefix_space'] === false ? 'never' : 'always';
  const scheme = typeof config['prepend_scheme'] === 'string' ? config['prepend_scheme'] : old;
  const cut = config['split'] !== false;
  return (text, first) => {
    if (text === '') return [];
    let whole = text.replaceAll(' ', mark);
    const prepend = scheme === 'always' || (scheme === 'first' && first);
    if (prepend && !whole.startsWith(mark)) whole = mark + whole;
    return cut ? cutBefore(whole, mark) : [whole];
  };
}

function cutBefore(text: string, mark: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let at = text.indexOf(mark, 1); at !== -1; at = text.indexOf(mark, at + mark.length)) {
    pieces.push(text.slice(start, at));
    start = at;
  }
  pieces.push(text.slice(start));
  return pieces;
}

function sequence(config: JsonObject, place: JsonPlace): PreTokenizer {
  const entries = partsOf(config['pretokenizers'], 'pretokenizers', place);
  const parts = entries.map((part) => createPreTokenizer(part, place));
  return (text, first) => {
    let pieces: readonly string[] = [text];
    for (const part of parts) {
      // Whatever follows a piece that was dropped or cut is not at the start any more.
      pieces = pieces.flatMap((piece, index) => part(piece, first && index === 0 && text.startsWith(piece)));
    }
    return pieces;
  };
}

const digitRuns = new RegExp(`[${number}]+|[^${number}]+`, 'gu');
const eachDigit = new RegExp(`[${number}]|[^${number}]+`, 'gu');

/** The expression with letters and numbers written out: those of Node are of another version of Unicode. */
function withOwnClasses(pattern: JsonValue): JsonValue {
  if (!isObject(pattern) || typeof pattern['Regex'] !== 'string') return pattern;
  let within = false;
  const Regex = pattern['Regex'].replace(/\\p\{([LN])\}|\\.|[[\]]/gsu, (match, name: string | undefined) => {
    if (match === '[' || match === ']') within = match === '[';
    if (name === undefined) return match;
    const members = (name === 'L' ? letter : number).replaceAll('\\u{', '\\x{');
    return within ? members : `[${members}]`;
  });
  return { Regex };
}

/** Ways of cutting for which the library's `Split` and `Punctuation` are exact. */
function split(config: JsonObject, place: JsonPlace): PreTokenizer {
  const behavior = String(config['behavior'] ?? '').toLowerCase();
  const invert = config['invert'] === true;
  if (invert ? behavior !== 'removed' : !['removed', 'isolated'].includes(behavior)) {
    const described = `${JSON.stringify(config['behavior'])}${invert ? ' inverted' : ''}`;
    return invalid(`the behavior ${described} of a Split is not supported`, place);
  }
  try {
    const made = new SplitPreTokenizer({ ...config, pattern: withOwnClasses(config['pattern'] ?? null) });
    return (text) => made.pre_tokenize_text(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return invalid(`the pattern ${JSON.stringify(config['pattern'])} cannot be read`, place);
  }
}

const makers: Readonly<Record<string, (config: JsonObject, place: JsonPlace) => PreTokenizer>> = {
  BertPreTokenizer: () => (text) => text.match(bertPieces) ?? [],
  ByteLevel: byteLevel,
  Digits: (config) => {
    const pieces = config['individual_digits'] === true ? eachDigit : digitRuns;
    return (text) => text.match(pieces) ?? [];
  },
  Metaspace: metaspace,
  Sequence: sequence,
  Split: split,
  WhitespaceSplit: () => (text) => text.match(words) ?? [],
};

/**
 * The pre-tokenizer that the `pre_tokenizer` of tokenizer.json describes.
 * Throws TOKENIZER_INVALID where its type or a setting is unknown.
 */
export function createPreTokenizer(config: JsonValue | undefined, place: JsonPlace): PreTokenizer {
  if (config === null || config === undefined) return (text) => (text === '' ? [] : [text]);
  const type = isObject(config) ? config['type'] : undefined;
  if (!isObject(config) || typeof type !== 'string' || !Object.hasOwn(makers, type))
    return invalid(`the pre-tokenizer ${JSON.stringify(type)} is unknown`, place, Object.keys(makers));
  return makers[type]!(config, place);
}
