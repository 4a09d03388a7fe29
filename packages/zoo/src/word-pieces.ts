/**
 * Makes a WordPiece vocabulary of a text, as the trainer of Hugging Face `tokenizers` does: pieces of words that stand
 * side by side most often are joined until there are enough.
 *
 * Everything is counted, nothing drawn: the same words give the same vocabulary.
 */
import { MdpdError } from '@mdpd/core';
import { createNormalizer } from '@mdpd/data/text/normalizers';
import { createPreTokenizer } from '@mdpd/data/text/pre-tokenizers';

/** In BERT's order, so that padding is 0. */
export const specialTokens: readonly string[] = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

const inside = '##';
/** Separates the pieces of a pair; no piece has it: words have no white space. */
const between = ' ';

export interface WordPieceOptions {
  /** Entries in all, special tokens included. */
  readonly size: number;
  /** A character of the text is an entry if it is seen so often; default 100. */
  readonly fewestCharacters?: number;
  /** Pieces are joined if they are seen side by side so often; default 2. */
  readonly fewestPairs?: number;
}

/** How often words occur in lower case without accents, cut at white space and punctuation as BERT cuts them. */
export function countWords(texts: Iterable<string>): Map<string, number> {
  const normalize = createNormalizer(
    {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    'vocabulary',
  );
  const split = createPreTokenizer({ type: 'BertPreTokenizer' }, 'vocabulary');
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of split(normalize(text), true)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

interface Word {
  readonly count: number;
  pieces: string[];
}

/** Pieces side by side: how often, and in which words. */
interface Pair {
  count: number;
  readonly words: Set<Word>;
}

const withoutMark = (piece: string): string =>
  piece.startsWith(inside) && piece.length > inside.length ? piece.slice(inside.length) : piece;

/** Printable ASCII, alone and within words: later texts have other words, but no other characters. */
function asciiPieces(): string[] {
  const characters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).filter(
    (character) => character === character.toLowerCase(),
  );
  const within = characters.filter((character) => /[0-9a-z]/u.test(character));
  return [...characters, ...within.map((character) => inside + character)];
}

/** Other characters that are frequent, in the order of their code points. */
function frequentPieces(words: readonly Word[], fewest: number): string[] {
  const counts = new Map<string, number>();
  for (const { pieces, count } of words) {
    for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + count);
  }
  return [...counts].flatMap(([piece, count]) => (count >= fewest ? [piece] : [])).sort();
}

class Pairs {
  private readonly pairs = new Map<string, Pair>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.count(word, 1);
  }

  private count(word: Word, sign: 1 | -1): void {
    for (let index = 1; index < word.pieces.length; index++) {
      const key = word.pieces[index - 1]! + between + word.pieces[index]!;
      const pair = this.pairs.get(key) ?? { count: 0, words: new Set<Word>() };
      pair.count += sign * word.count;
      if (sign > 0) pair.words.add(word);
      else pair.words.delete(word);
      if (pair.count > 0) this.pairs.set(key, pair);
      else this.pairs.delete(key);
    }
  }

  /** The most frequent pair; of equals the first in the order of code points. */
  best(fewest: number): readonly [first: string, second: string] | undefined {
    let best: string | undefined;
    let most = fewest - 1;
    for (const [key, { count }] of this.pairs) {
      if (count > most || (count === most && best !== undefined && key < best)) [best, most] = [key, count];
    }
    return best?.split(between) as [string, string] | undefined;
  }

  /** Joins a pair wherever it stands; gives the new piece. */
  join(first: string, second: string): string {
    const joined = first + withoutMark(second);
    for (const word of [...this.pairs.get(first + between + second)!.words]) {
      this.count(word, -1);
      word.pieces = joinIn(word.pieces, first, second, joined);
      this.count(word, 1);
    }
    return joined;
  }
}

function joinIn(pieces: readonly string[], first: string, second: string, joined: string): string[] {
  const result: string[] = [];
  for (let index = 0; index < pieces.length; index++) {
    const pair = pieces[index] === first && pieces[index + 1] === second;
    result.push(pair ? joined : pieces[index]!);
    if (pair) index++;
  }
  return result;
}

const piecesOf = (word: string): string[] =>
  [...word].map((character, index) => (index === 0 ? character : inside + character));

/**
 * The vocabulary: special tokens, characters, then joined pieces by how often they are seen. It has fewer entries than
 * `size` where the text has no more pairs.
 *
 * @throws WORD_PIECES where `size` does not hold the special tokens and characters
 */
export function trainWordPieces(counts: ReadonlyMap<string, number>, options: WordPieceOptions): string[] {
  const { size, fewestCharacters = 100, fewestPairs = 2 } = options;
  const words: Word[] = [...counts].map(([word, count]) => ({ count, pieces: piecesOf(word) }));
  const frequent = frequentPieces(words, fewestCharacters);
  const vocabulary = new Set([...specialTokens, ...asciiPieces(), ...frequent]);
  if (vocabulary.size > size) {
    throw new MdpdError('WORD_PIECES', `${size} entries do not hold the characters of the text`, {
      allowed: `at least ${vocabulary.size}`,
      exitCode: 2,
    });
  }
  // Words with a character that has no entry are unknown as a whole.
  const pairs = new Pairs(words.filter(({ pieces }) => pieces.every((piece) => vocabulary.has(piece))));
  while (vocabulary.size < size) {
    const pair = pairs.best(fewestPairs);
    if (!pair) break;
    vocabulary.add(pairs.join(...pair));
  }
  return [...vocabulary];
}
