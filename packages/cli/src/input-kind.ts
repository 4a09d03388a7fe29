/** What a model is asked about, for messages and examples. */
import type { Backbone } from '@mdpd/core';
import type { InputKind } from '@mdpd/report/result';

export function inputKindOf({ inputs }: Pick<Backbone, 'inputs'>): InputKind {
  if (!('input_ids' in inputs)) return 'image';
  return 'pixel_values' in inputs ? 'imageText' : 'text';
}

/** An input as it is typed: a file to be named, or a text. */
export const exampleInput: Readonly<Record<InputKind, string>> = {
  image: '<image.png>',
  text: '"some text"',
  imageText: '"<image.png> some text"',
};
