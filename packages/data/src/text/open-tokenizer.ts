/** The tokenizer of a task: that of its backbone, or another that the recipe names. */
import { resolve } from 'node:path';
import { MdpdError, type JsonObject, type TaskContext } from '@mdpd/core';
import { checkVocabulary } from './check-vocabulary.ts';
import type { MaskingRules } from './mask-tokens.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

function tokenizerFolder({ backbone, directory }: TaskContext, named: string | undefined): string {
  if (named !== undefined) return resolve(directory, named);
  if (backbone.folder !== undefined) return backbone.folder;
  throw new MdpdError('TOKENIZER_MISSING', 'a backbone with fresh parameters has no tokenizer', {
    place: 'data.tokenizer',
    allowed: 'a folder with tokenizer.json, vocab.txt or spiece.model',
    fix: 'name one: data.tokenizer=FOLDER',
    exitCode: 2,
  });
}

/** Words of the backbone: CLIP's config keeps them with those of its text tower. */
export function vocabularySize(config: JsonObject): number | undefined {
  const nested = config['text_config'];
  const inner = typeof nested === 'object' && nested !== null && !Array.isArray(nested) ? nested : {};
  const size = config['vocab_size'] ?? inner['vocab_size'];
  return typeof size === 'number' ? size : undefined;
}

/**
 * Opens the tokenizer in the backbone's folder, or in the one that the recipe names, and compares it with the backbone.
 * Throws TOKENIZER_MISSING, TOKENIZER_INVALID, and TOKENIZER_VOCABULARY for another model's.
 */
export async function openTokenizer(context: TaskContext, named: string | undefined): Promise<Tokenizer> {
  const folder = tokenizerFolder(context, named);
  const tokenizer = await loadTokenizer(folder);
  const size = vocabularySize(context.backbone.config);
  const doubt = size === undefined ? undefined : checkVocabulary(tokenizer, size, folder);
  if (doubt !== undefined) context.warn(doubt);
  return tokenizer;
}

/** What hides tokens. `fix` says where a tokenizer with a mask is found. Throws TOKENIZER_MASK where this has none. */
export function maskingRules(
  { specialTokens, vocabSize }: Tokenizer,
  ratio: number,
  fix: string,
): MaskingRules {
  const { mask: maskId } = specialTokens;
  if (maskId === undefined) {
    throw new MdpdError('TOKENIZER_MASK', 'the tokenizer has no token that hides others', {
      place: 'data.tokenizer',
      allowed: 'a tokenizer with mask_token, such as [MASK]',
      fix,
      exitCode: 2,
    });
  }
  return { ratio, maskId, vocabSize, special: new Set(Object.values(specialTokens)) };
}
