/**
 * What we use of @huggingface/tokenizers, with types: its own declarations import without file endings, so TypeScript
 * resolves nothing of them under `nodenext`.
 */
import * as library from '@huggingface/tokenizers';
import type { JsonObject } from '@mdpd/core';

export interface LibraryModel {
  readonly tokens_to_ids: ReadonlyMap<string, number>;
  readonly unk_token_id: number | undefined;
  /** Tokens of pieces. */
  _call(pieces: readonly string[]): readonly string[];
}

interface LibraryNormalizer {
  /** The expression of a Replace, translated to JavaScript. */
  readonly pattern: RegExp;
}

interface LibrarySplit {
  pre_tokenize_text(text: string): readonly string[];
}

export interface LibraryTokenizer {
  /** `ids` must not be empty. */
  decode(
    ids: readonly number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
}

interface Library {
  readonly BPE: new (config: JsonObject) => LibraryModel;
  readonly WordPiece: new (config: JsonObject) => LibraryModel;
  readonly ReplaceNormalizer: new (config: JsonObject) => LibraryNormalizer;
  readonly SplitPreTokenizer: new (config: JsonObject) => LibrarySplit;
  readonly Tokenizer: new (tokenizer: JsonObject, config: JsonObject) => LibraryTokenizer;
}

export const { BPE, WordPiece, ReplaceNormalizer, SplitPreTokenizer, Tokenizer } =
  library as unknown as Library;
