/** Referring expressions for a tiny ViLT with fresh parameters: four images of a bright and a dark part. */
import { greyPng } from './png.ts';
import type { Workspace } from './workspace.ts';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'bright', 'dark', 'part'];

/** Of the images, in pixels. */
export const boxImage = { width: 40, height: 20 };

/** A line of boxes.jsonl. */
export interface BoxRow {
  readonly image: string;
  readonly expression: string;
  readonly bbox: readonly [x: number, y: number, width: number, height: number];
}

/** Writes the words, the images and boxes.jsonl, whose rows it gives. */
export function writeBoxes(workspace: Workspace): BoxRow[] {
  const { width, height } = boxImage;
  workspace.write('words/vocab.txt', words.join('\n'));
  const rows = [0, 1, 2, 3].flatMap((index): BoxRow[] => {
    const edge = 10 + 5 * index;
    const pixels = Uint8Array.from({ length: width * height }, (_, at) => (at % width < edge ? 220 : 30));
    workspace.write(`${index}.png`, greyPng(width, height, pixels));
    return [
      { image: `${index}.png`, expression: 'the bright part', bbox: [0, 0, edge, height] },
      { image: `${index}.png`, expression: 'dark', bbox: [edge, 0, width - edge, height] },
    ];
  });
  workspace.write('boxes.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  return rows;
}

/** A recipe on them; `rest` says the method and how it is trained. */
export const boxesRecipe = (rest: string): string => `task: refcoco
data: { root: ., train: boxes.jsonl, test: [boxes.jsonl], box: xywh, tokenizer: words }
backbone:
  family: vilt
  config:
    vocab_size: ${words.length}
    hidden_size: 16
    num_hidden_layers: 2
    num_attention_heads: 2
    intermediate_size: 32
    max_position_embeddings: 12
    image_size: 16
    patch_size: 4
    num_channels: 3
${rest}
`;
