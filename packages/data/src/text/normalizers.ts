/**
 * The normalizers of tokenizer.json, exactly as the Rust library `tokenizers` computes them.
 *
 * Those of @huggingface/tokenizers differ from it: final sigma, ideographs beyond U+FFFF, the order of lower case and
 * accents, the version of Unicode, U+FEFF and U+0085 as white space, and the table of `Precompiled`.
 */

import type { JsonObject, JsonValue } from '@mdpd/core';
import { CharacterMap } from './character-map.ts';
import { ReplaceNormalizer } from './library.ts';
import { invalid, isObject, partsOf, type JsonPlace } from './tokenizer-json.ts';
import * as classes from './unicode-classes.ts';

export type Normalizer = (text: string) => string;
type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

const plainAscii = /^[ -~]*$/;
const youngerRuns = new RegExp(`([${classes.younger}]+)`, 'u');
const control = new RegExp(`[${classes.bertControl}]+`, 'gu');
const spaces = new RegExp(`[${classes.whiteSpace}]`, 'gu');
const isSpace = new RegExp(`[${classes.whiteSpace}]`, 'u');
const accents = new RegExp(`[${classes.bertMark}]+`, 'gu');
const combining = new RegExp(`[${classes.combiningMark}]+`, 'gu');
/** U+2B920, not U+2B820 as in the original BERT. */
const ideographs =
  /[\u{4e00}-\u{9fff}\u{3400}-\u{4dbf}\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{f900}-\u{faff}\u{2f800}-\u{2fa1f}]/gu;

/** Rust lowers character by character: a capital sigma at a word's end becomes σ, not ς. */
export function lowerCase(text: string): string {
  if (!text.includes('Σ')) return text.toLowerCase();
  return text
    .split('Σ')
    .map((part) => part.toLowerCase())
    .join('σ');
}

/** Characters that the crate's Unicode does not know stay, and nothing moves across them. */
export function unicodeForm(text: string, form: Form): string {
  if (plainAscii.test(text)) return text;
  if (!youngerRuns.test(text)) return text.normalize(form);
  return text
    .split(youngerRuns)
    .map((part, index) => (index % 2 === 1 ? part : part.normalize(form)))
    .join('');
}

function bert(config: JsonObject): Normalizer {
  const lower = config['lowercase'] !== false;
  const strip = config['strip_accents'] ?? lower;
  const clean = config['clean_text'] !== false;
  const separate = config['handle_chinese_chars'] !== false;
  return (text) => {
    if (plainAscii.test(text)) return lower ? text.toLowerCase() : text;
    let result = text;
    if (clean) result = result.replace(control, '').replace(spaces, ' ');
    if (separate) result = result.replace(ideographs, ' $& ');
    if (strip === true) result = unicodeForm(result, 'NFD').replace(accents, '');
    return lower ? lowerCase(result) : result;
  };
}

function strip(config: JsonObject): Normalizer {
  const left = config['strip_left'] !== false;
  const right = config['strip_right'] !== false;
  return (text) => {
    let [start, end] = [0, text.length];
    while (left && start < end && isSpace.test(text[start]!)) start++;
    while (right && end > start && isSpace.test(text[end - 1]!)) end--;
    return text.slice(start, end);
  };
}

function nmt(text: string): string {
  return text
    .replace(/[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]+/g, '')
    .replace(/[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g, ' ');
}

function replace(config: JsonObject, place: JsonPlace): Normalizer {
  const { pattern, content } = config;
  if (!isObject(pattern) || typeof content !== 'string') return invalid('a Replace has no pattern', place);
  const literal = pattern['String'];
  if (typeof literal === 'string')
    return (text) => (literal === '' ? text : text.replaceAll(literal, content));
  if (typeof pattern['Regex'] !== 'string') return invalid('a Replace has no pattern', place);
  try {
    // Only the translation of the expression: its own `replaceAll` reads "$" in the content.
    const compiled = new ReplaceNormalizer({ type: 'Replace', pattern, content }).pattern;
    return (text) => text.replaceAll(compiled, () => content);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return invalid(`the expression ${JSON.stringify(pattern['Regex'])} cannot be read`, place);
  }
}

function precompiled(config: JsonObject, place: JsonPlace): Normalizer {
  const { precompiled_charsmap: encoded } = config;
  if (encoded === null || encoded === undefined || encoded === '') return (text) => text;
  if (typeof encoded !== 'string') return invalid('precompiled_charsmap is no text', place);
  const map = CharacterMap.parse(Buffer.from(encoded, 'base64'), place);
  return (text) => map.normalize(text);
}

const makers: Readonly<Record<string, (config: JsonObject, place: JsonPlace) => Normalizer>> = {
  BertNormalizer: bert,
  Lowercase: () => lowerCase,
  Nmt: () => nmt,
  NFC: () => (text) => unicodeForm(text, 'NFC'),
  NFD: () => (text) => unicodeForm(text, 'NFD'),
  NFKC: () => (text) => unicodeForm(text, 'NFKC'),
  NFKD: () => (text) => unicodeForm(text, 'NFKD'),
  Precompiled: precompiled,
  Prepend(config) {
    const prefix = String(config['prepend']);
    return (text) => (text === '' ? '' : prefix + text);
  },
  Replace: replace,
  Sequence(config, place) {
    const parts = partsOf(config['normalizers'], 'normalizers', place).map((part) =>
      createNormalizer(part, place),
    );
    return (text) => parts.reduce((result, part) => part(result), text);
  },
  Strip: strip,
  StripAccents: () => (text) => text.replace(combining, ''),
};

/**
 * The normalizer that the `normalizer` of tokenizer.json describes.
 * Throws TOKENIZER_INVALID where its type or a setting is unknown.
 */
export function createNormalizer(config: JsonValue | undefined, place: JsonPlace): Normalizer {
  if (config === null || config === undefined) return (text) => text;
  const type = isObject(config) ? config['type'] : undefined;
  if (!isObject(config) || typeof type !== 'string' || !Object.hasOwn(makers, type))
    return invalid(`the normalizer ${JSON.stringify(type)} is unknown`, place, Object.keys(makers));
  return makers[type]!(config, place);
}
