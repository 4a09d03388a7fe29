/** A small T5 with fresh weights and a tokenizer of its kind, as a folder of Hugging Face. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import { loadPlugins } from '../plugins.ts';

/** `<pad>`, `</s>` and `<unk>` have the ids that they have in every T5. */
const special = ['<pad>', '</s>', '<unk>'];

/** tokenizer.json of a T5: words with a mark before them, and the end at the end. */
function tokenizerOf(words: readonly string[]): JsonObject {
  const letters = [...new Set(words.flatMap((word) => [...word]))];
  const pieces = ['▁', ...letters.map((letter) => letter), ...words.map((word) => `▁${word}`)];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
      pair: [
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '</s>', type_id: 0 } },
        { Sequence: { id: 'B', type_id: 0 } },
        { SpecialToken: { id: '</s>', type_id: 0 } },
      ],
      special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
    },
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    model: {
      type: 'Unigram',
      unk_id: 2,
      vocab: [
        ...special.map((piece) => [piece, 0]),
        // Whole words before letters.
        ...pieces.map((piece) => [piece, piece.length > 1 ? -4 : -8]),
      ],
      byte_fallback: false,
    },
  };
}

export interface TinyT5Options {
  /** Words that are tokens of their own; others are spelled. */
  readonly words: readonly string[];
  /** Keys of config.json. */
  readonly config?: JsonObject;
  readonly seed?: number;
}

/** Writes config.json, model.safetensors and the tokenizer. */
export async function writeTinyT5(
  folder: string,
  { words, config: given = {}, seed = 1 }: TinyT5Options,
): Promise<void> {
  const tokenizer = tokenizerOf(words);
  const { vocab } = tokenizer['model'] as { vocab: unknown[] };
  const config: JsonObject = {
    architectures: ['T5ForConditionalGeneration'],
    model_type: 't5',
    vocab_size: vocab.length,
    d_model: 32,
    d_kv: 8,
    d_ff: 64,
    num_layers: 2,
    num_heads: 4,
    feed_forward_proj: 'gated-gelu',
    tie_word_embeddings: false,
    n_positions: 64,
    decoder_start_token_id: 0,
    eos_token_id: 1,
    pad_token_id: 0,
    ...given,
  };
  const { registry } = await loadPlugins({ named: ['@mdpd/backbone-t5'] });
  const provider = registry.backbones.get('t5');
  const backbone = provider.create(config);
  const random = createRandom(seed);
  const head = backbone.head('seq2seq', vocab.length)!;
  const output = head.parameters.map(({ name, shape }) => {
    const source = random.fork(name);
    const data = Float32Array.from({ length: shape[0]! * shape[1]! }, () => 0.3 * source.normal());
    return [name, { data, shape, dtype: 'float32' as const }] as const;
  });
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: JsonObject): void =>
    writeFileSync(path.join(folder, name), `${JSON.stringify(content, null, 1)}\n`);
  write('config.json', config);
  write('tokenizer.json', tokenizer);
  write('tokenizer_config.json', {
    tokenizer_class: 'PreTrainedTokenizerFast',
    pad_token: '<pad>',
    eos_token: '</s>',
    unk_token: '<unk>',
  });
  writeSafetensors(path.join(folder, 'model.safetensors'), {
    ...provider.initialize(backbone, random.fork('backbone')),
    ...Object.fromEntries(output),
  });
}
