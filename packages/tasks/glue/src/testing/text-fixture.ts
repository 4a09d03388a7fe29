/** A folder of its own with a tokenizer of the grammar's words, and what tasks over it are opened with. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  createRegistry,
  type Dataset,
  type InputSpec,
  type JsonObject,
  type Task,
  type TaskContext,
} from '@mdpd/core';
import data from '@mdpd/data';
import plugin from '../plugin.ts';

export const registry = createRegistry([plugin, data]);

export const plain = { augment: false, seed: 0, epoch: 0 };

/** Every word that the grammar has, after the special tokens; with the characters that own texts need. */
const words = [
  ...[
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    '[MASK]',
    '"',
    '.',
    '?',
    'the',
    'a',
    'in',
    'is',
    'it',
    'they',
    'say',
  ],
  ...['where', 'can', 'i', 'find', 'so', 'maybe', 'no', 'about', 'film', 'story', 'play'],
  ...['dog', 'cat', 'bird', 'horse', 'fish', 'cow', 'car', 'train', 'ship', 'truck', 'plane', 'boat'],
  ...['sees', 'likes', 'follows', 'hears', 'finds', 'house', 'garden', 'street', 'park'],
  ...['wonderful', 'great', 'funny', 'lovely', 'good', 'terrible', 'dull', 'sad', 'awful', 'bad'],
  ...['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'sentence', ':'],
  ...['buy', 'now', 'hello', 'friend', 'cheap', 'meeting', 'tomorrow', 'free'],
  ...['negative', 'positive'],
];

const tokens: InputSpec = { shape: [32], dtype: 'int32', variable: [0] };
export const textInputs: Readonly<Record<string, InputSpec>> = {
  input_ids: tokens,
  attention_mask: tokens,
  token_type_ids: tokens,
};

/** Of a backbone with a decoder, whose tokens are those of the fixture's tokenizer. */
export const answerInputs: Readonly<Record<string, InputSpec>> = {
  input_ids: tokens,
  attention_mask: tokens,
  decoder_input_ids: tokens,
  decoder_attention_mask: tokens,
};
export const answerConfig: JsonObject = {
  model_type: 't5',
  vocab_size: words.length,
  pad_token_id: 0,
  eos_token_id: 3,
  decoder_start_token_id: 0,
};

export interface TextFixture<Data> {
  readonly directory: string;
  readonly warnings: string[];
  /** Folder of the backbone, with its tokenizer. */
  readonly model: string;
  context(given?: Partial<TaskContext<Data>>): TaskContext<Data>;
  /** Config of the backbone. */
  readonly config: JsonObject;
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  remove(): void;
}

export function createTextFixture<Data>(): TextFixture<Data> {
  const directory = mkdtempSync(join(tmpdir(), 'mdpd-text-'));
  const warnings: string[] = [];
  const model = join(directory, 'model');
  const config: JsonObject = { model_type: 'bert', vocab_size: words.length };
  const write: TextFixture<Data>['write'] = (files) => {
    for (const [name, content] of Object.entries(files)) {
      const file = join(directory, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  };
  write({ 'model/vocab.txt': words.map((word) => `${word}\n`).join('') });
  return {
    directory,
    warnings,
    model,
    config,
    write,
    context: (given) => ({
      data: undefined,
      backbone: { family: 'bert', config, folder: model },
      inputs: textInputs,
      backboneFiles: {},
      sources: registry.sources.values,
      textSources: registry.textSources.values,
      directory,
      warn: (message) => warnings.push(message),
      ...given,
    }),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Words of an example of a data set. */
export async function wordsOf(set: Dataset, index: number): Promise<string> {
  const { input } = await set.load([index], plain);
  const mask = input['attention_mask']!.data;
  return [...input['input_ids']!.data]
    .filter((_, at) => mask[at] === 1)
    .map((id) => words[id])
    .join(' ');
}

/** Targets of all examples of a split. */
export async function targetsOf(task: Task, split: keyof Task['splits'], name: string): Promise<number[]> {
  const set = task.splits[split]!;
  const { target } = await set.load([...Array(set.size).keys()], plain);
  return [...(target[name]?.data ?? [])];
}
