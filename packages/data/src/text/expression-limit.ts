/**
 * Expressions from a stranger's tokenizer.json run as JavaScript's, which backtracks: some take exponential time for a
 * text of thirty characters. So what runs them is stopped when it takes too long, by the means that Node has for it: a
 * script with a time limit (`node:vm`), which interrupts a match as well. Calling that takes a tenth of a millisecond,
 * so short texts are spared it where the expression cannot take long.
 */
import { Script, createContext } from 'node:vm';
import { MdpdError, type JsonValue } from '@mdpd/core';
import { isObject, type JsonPlace } from './tokenizer-json.ts';

/** Characters of a text for which a plain expression, cubic at worst, needs no limit. */
const shortText = 1000;

/** Milliseconds for a text of any length, and for each of its characters. */
const base = 1000;
const perCharacter = 0.01;

/** All `Regex` within a part of tokenizer.json. */
function expressionsIn(value: JsonValue | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(expressionsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Regex' && typeof inner === 'string' ? [inner] : expressionsIn(inner),
  );
}

/** Escapes and classes of characters, each of which stands for one character. */
const atoms = /\\(?:[pPux]\{[^}]*\}|.)|\[(?:\\.|[^\]\\])*\]/gsu;
const unbounded = /[*+]|\{\d*,\d*\}/gu;

/**
 * Whether it is surely cubic at worst: nothing that is in brackets is repeated, no branch repeats more than two things,
 * and none refers back to what was found. So are those that tokenizers are published with.
 */
function isPlain(expression: string): boolean {
  if (/\\(?:[1-9]|k|g)/u.test(expression)) return false;
  const bare = expression.replace(atoms, 'x');
  if (/\)(?:[*+]|\{)/u.test(bare)) return false;
  let depth = 0;
  let branch = '';
  const branches: string[] = [];
  for (const character of bare) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    if (character === '|' && depth === 0) {
      branches.push(branch);
      branch = '';
    } else branch += character;
  }
  return [...branches, branch].every((part) => (part.match(unbounded) ?? []).length <= 2);
}

const context = createContext({ work: undefined as (() => unknown) | undefined });
const script = new Script('work()');

function withinTime<T>(work: () => T, milliseconds: number): T {
  context['work'] = work;
  try {
    return script.runInContext(context, { timeout: milliseconds }) as T;
  } finally {
    context['work'] = undefined;
  }
}

/**
 * The function, stopped where it takes longer than the expressions of `config`, a part of tokenizer.json, may: a second and
 * 10 µs for each character. It must have no state that an interruption could spoil. Texts of at most `short` characters
 * are not watched where the expressions are plain.
 * What it returns throws TOKENIZER_SLOW.
 */
export function limited<Rest extends readonly unknown[], T>(
  config: JsonValue | undefined,
  place: JsonPlace,
  run: (text: string, ...rest: Rest) => T,
  short = shortText,
): (text: string, ...rest: Rest) => T {
  const expressions = expressionsIn(config);
  if (expressions.length === 0) return run;
  const plain = expressions.every(isPlain);
  return (text, ...rest) => {
    if (plain && text.length <= short) return run(text, ...rest);
    const milliseconds = Math.ceil(base + perCharacter * text.length);
    try {
      return withinTime(() => run(text, ...rest), milliseconds);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw slow(expressions, text, milliseconds, place);
    }
  };
}

function slow(
  expressions: readonly string[],
  text: string,
  milliseconds: number,
  place: JsonPlace,
): MdpdError {
  const shown = (value: string): string =>
    JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  const which = expressions.length === 1 ? `expression ${shown(expressions[0]!)}` : 'expressions';
  const message = `its ${which} took more than ${(milliseconds / 1000).toFixed(1)} s for a text of ${text.length.toLocaleString('en')} characters, ${shown(text)}`;
  return new MdpdError('TOKENIZER_SLOW', message, {
    place,
    fix: 'take tokenizer.json from the model that the checkpoint comes from: an expression that repeats what repeats already, like (a+)+, takes a time that doubles with each character',
  });
}
