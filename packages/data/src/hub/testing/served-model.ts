/** Repositories for tests of the hub. */
import type { ServedFile, ServedRepository } from './hub-server.ts';

export const commits = { first: 'a'.repeat(40), second: 'b'.repeat(40), converted: 'c'.repeat(40) } as const;

export const text = (content: string): ServedFile => ({ content: new TextEncoder().encode(content) });

/** A large file of bytes that differ from place to place. */
export const large = (length: number, seed = 0): ServedFile => ({
  content: new Uint8Array(length).map((_, i) => (i * 31 + (i >> 8) + seed) & 255),
  large: true,
});

export type Files = Readonly<Record<string, ServedFile>>;

export const bertFiles: Files = {
  '.gitattributes': text('*.bin filter=lfs'),
  'README.md': text('# BERT'),
  'config.json': text('{"model_type":"bert"}'),
  'coreml/model.bin': large(5000, 1),
  'flax_model.msgpack': large(5000, 2),
  'model.safetensors': large(300_000, 3),
  'pytorch_model.bin': large(5000, 4),
  'tokenizer.json': text('{"model":{}}'),
  'tokenizer_config.json': text('{}'),
  'vocab.txt': text('[PAD]\n'),
};

export function model(files: Files = bertFiles, more: Partial<ServedRepository> = {}): ServedRepository {
  return {
    type: 'model',
    name: 'google-bert/bert-base-uncased',
    branches: { main: commits.first },
    commits: { [commits.first]: files },
    ...more,
  };
}
