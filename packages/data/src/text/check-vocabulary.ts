/** Whether a tokenizer belongs to a checkpoint, as far as the number of tokens tells. */
import { MdpdError } from '@mdpd/core';
import type { Tokenizer } from './tokenizer.ts';

/** Checkpoints have more embeddings than tokens where the table was rounded up or rows were reserved; never by more. */
const mostSpare = 1024;
/** Tables are rounded up to multiples of this, or of multiples of it. */
const rounding = 8;

/**
 * Compares a tokenizer with `vocab_size` of a checkpoint. Gives a warning where the numbers differ without an evident
 * reason. Throws TOKENIZER_VOCABULARY where ids have no embedding, or so many embeddings have no id that the tokenizer must
 * be another model's. `place` is where the tokenizer comes from.
 */
export function checkVocabulary(
  tokenizer: Pick<Tokenizer, 'vocabSize'>,
  vocabSize: number,
  place: string,
): string | undefined {
  const tokens = tokenizer.vocabSize;
  const spare = vocabSize - tokens;
  const fix = 'take the tokenizer files from the same model as the checkpoint';
  if (spare < 0) {
    const message = `the tokenizer has ${tokens} tokens, the checkpoint embeddings for ${vocabSize}`;
    throw new MdpdError('TOKENIZER_VOCABULARY', message, {
      place,
      allowed: `at most ${vocabSize} tokens`,
      fix,
    });
  }
  if (spare > mostSpare || tokens < vocabSize / 2) {
    const message = `the tokenizer has only ${tokens} tokens, the checkpoint embeddings for ${vocabSize}`;
    const allowed = `${Math.max(vocabSize - mostSpare, Math.ceil(vocabSize / 2))} to ${vocabSize} tokens`;
    throw new MdpdError('TOKENIZER_VOCABULARY', message, { place, allowed, fix });
  }
  if (spare === 0 || vocabSize % rounding === 0) return undefined;
  return `${place}: the tokenizer has ${tokens} tokens, the checkpoint embeddings for ${vocabSize}; is it the same model's?`;
}
