/** Which tokens mean what: `[CLS]`, `</s>` and so on, by the names that Hugging Face's configuration gives them. */
import type { JsonObject, JsonValue } from '@mdpd/core';
import { isObject } from './tokenizer-json.ts';

/** What special tokens may be for. */
export const specialRoles = ['cls', 'sep', 'mask', 'unk', 'pad', 'eos', 'bos'] as const;
/** What a special token is for. */
export type SpecialRole = (typeof specialRoles)[number];
/** Texts of special tokens, by what they are for. */
export type SpecialNames = Readonly<Partial<Record<SpecialRole, string>>>;

/** What the classes of Hugging Face `transformers` take where the configuration is silent. */
export const bertNames: SpecialNames = {
  cls: '[CLS]',
  sep: '[SEP]',
  mask: '[MASK]',
  unk: '[UNK]',
  pad: '[PAD]',
};
export const robertaNames: SpecialNames = {
  bos: '<s>',
  eos: '</s>',
  cls: '<s>',
  sep: '</s>',
  unk: '<unk>',
  pad: '<pad>',
  mask: '<mask>',
};
export const t5Names: SpecialNames = { eos: '</s>', unk: '<unk>', pad: '<pad>' };
export const clipNames: SpecialNames = {
  bos: '<|startoftext|>',
  eos: '<|endoftext|>',
  unk: '<|endoftext|>',
  pad: '<|endoftext|>',
};
export const gpt2Names: SpecialNames = { bos: '<|endoftext|>', eos: '<|endoftext|>', unk: '<|endoftext|>' };

/** `"[SEP]"`, or an object with `content`. */
function nameOf(value: JsonValue | undefined): string | undefined {
  const content = isObject(value) ? value['content'] : value;
  return typeof content === 'string' ? content : undefined;
}

/** The names that `config` gives, else those of `defaults`. */
export function specialNames(config: JsonObject, defaults: SpecialNames): SpecialNames {
  const names: Partial<Record<SpecialRole, string>> = {};
  for (const role of specialRoles) {
    const key = `${role}_token`;
    const name = Object.hasOwn(config, key) ? nameOf(config[key]) : defaults[role];
    if (name !== undefined) names[role] = name;
  }
  return names;
}

/** Names for a tokenizer.json without configuration, by the tokens that it has. */
export function guessedNames(has: (token: string) => boolean): SpecialNames {
  if (has('[CLS]') && has('[SEP]')) return bertNames;
  if (has('<s>') && has('</s>')) return robertaNames;
  if (has('</s>')) return t5Names;
  if (has('<|startoftext|>') && has('<|endoftext|>')) return clipNames;
  return has('<|endoftext|>') ? gpt2Names : {};
}
