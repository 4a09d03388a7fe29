/** What a model is asked about, for messages and examples. */
import type { Backbone } from '@mdpd/core';

export type InputKind = 'image' | 'text';

export function inputKindOf({ inputs }: Pick<Backbone, 'inputs'>): InputKind {
  return 'input_ids' in inputs && !('pixel_values' in inputs) ? 'text' : 'image';
}

/** An input as it is typed: a file to be named, or a text. */
export const exampleInput: Readonly<Record<InputKind, string>> = {
  image: '<image.png>',
  text: '"some text"',
};
