/**
 * Words for hidden tokens, for people.
 *
 * Letters: N tokens, V vocabulary.
 */
import type { HostRecord, Prediction } from '@mdpd/core';
import { bestClass, decodeClass } from '../class-outputs.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What words for hidden tokens are found with. */
export interface MlmDecoding {
  readonly tokenizer: Pick<Tokenizer, 'decode'>;
  readonly vocabulary: number;
  readonly maskId: number;
}

const nothing = '(no word)';

/** Text of a token; a part of a word without the marks of one. */
const wordOf = ({ tokenizer }: MlmDecoding, id: number): string => tokenizer.decode([id]) || nothing;

/** Words by logits: V names, of which only those of the best are looked up. */
function decodeToken(output: Float32Array, decoding: MlmDecoding): Prediction {
  const numbers = Array.from(output.keys(), String);
  const { probability, top = [] } = decodeClass(output, numbers);
  const named = top.map(({ value, probability: share }) => ({
    value: wordOf(decoding, Number(value)),
    probability: share,
  }));
  const distinct = named.filter(
    ({ value }, index) => named.findIndex((each) => each.value === value) === index,
  );
  return { value: distinct[0]!.value, probability, top: distinct };
}

/**
 * Of one hidden token the best words with their probabilities, of several the best word each; the most likely token of
 * every place where it is not known which are hidden.
 *
 * @param output - logits [N, V]
 * @param input - what the backbone read
 */
export function decodeMlm(
  output: Float32Array,
  decoding: MlmDecoding,
  input: HostRecord | undefined,
): Prediction {
  const { tokenizer, vocabulary, maskId } = decoding;
  const likeliest = (token: number): number => bestClass(output, token * vocabulary, vocabulary);
  const ids = input?.['input_ids']?.data;
  if (!ids) {
    const all = Array.from({ length: output.length / vocabulary }, (_, token) =>
      Math.max(0, likeliest(token)),
    );
    return { value: tokenizer.decode(all) || nothing };
  }
  const hidden = [...ids.keys()].filter((token) => ids[token] === maskId);
  if (hidden.length === 1) {
    const [token] = hidden as [number];
    return decodeToken(output.subarray(token * vocabulary, (token + 1) * vocabulary), decoding);
  }
  const words = hidden.map((token) => wordOf(decoding, Math.max(0, likeliest(token))));
  return { value: words.join(' … ') || nothing };
}
