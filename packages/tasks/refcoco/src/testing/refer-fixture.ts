/** Opens the task over a folder of REFER's files with drawn images, for tests. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FolderSource, Task, TaskContext } from '@mdpd/core';
import sharp from 'sharp';
import { refcocoSchema, type RefcocoData } from '../data-schema.ts';
import { refcocoProvider } from '../refcoco-provider.ts';

const files = fileURLToPath(new URL('../oracles/refer', import.meta.url));

/** As tools/oracles/refer_files.py lists them: name, width, height. */
export const listedImages = [
  ['COCO_train2014_000000581857.jpg', 40, 30],
  ['COCO_train2014_000000098304.jpg', 30, 40],
  ['COCO_train2014_000000131074.jpg', 24, 24],
] as const;

const words =
  '[PAD] [UNK] [CLS] [SEP] [MASK] the a red blue circle star square left right small big one at'.split(' ');

export interface ReferFixture {
  readonly directory: string;
  readonly warnings: string[];
  context(given?: Partial<TaskContext<RefcocoData>>): TaskContext<RefcocoData>;
  open(recipe: object, given?: Partial<TaskContext<RefcocoData>>): Promise<Task>;
  /** Writes the images that the files list into a folder. */
  addImages(folder: string): Promise<void>;
  addImage(name: string, width: number, height: number): Promise<void>;
  write(name: string, content: string | Uint8Array): void;
  remove(): void;
}

export function createReferFixture(): ReferFixture {
  const directory = mkdtempSync(join(tmpdir(), 'mdpd-refcoco-'));
  const warnings: string[] = [];
  cpSync(files, join(directory, 'data'), { recursive: true });
  const model = join(directory, 'model');
  mkdirSync(model);
  writeFileSync(join(model, 'vocab.txt'), words.join('\n'));
  // CLIP's: resized by the shorter side, then cropped.
  const processor = {
    size: { shortest_edge: 16 },
    do_center_crop: true,
    crop_size: { height: 16, width: 16 },
    resample: 2,
    image_mean: [0, 0, 0],
    image_std: [1, 1, 1],
  };
  const text = { shape: [12], dtype: 'int32', variable: [0] } as const;
  const folder: FolderSource = {
    name: 'test:refer',
    description: '',
    prepare: () => Promise.resolve(join(directory, 'data')),
  };
  const context: ReferFixture['context'] = (given) => ({
    data: undefined,
    backbone: { family: 'vilt', config: { vocab_size: words.length }, folder: model },
    inputs: {
      input_ids: text,
      attention_mask: text,
      pixel_values: { shape: [3, 16, 16], dtype: 'float32' },
      pixel_mask: { shape: [16, 16], dtype: 'int32' },
    },
    backboneFiles: { 'preprocessor_config.json': processor },
    sources: [],
    textSources: [],
    folderSources: [folder],
    directory,
    warn: (message) => warnings.push(message),
    ...given,
  });
  const addImage: ReferFixture['addImage'] = async (name, width, height) => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    // Dark at the left, bright at the right.
    const data = Uint8Array.from({ length: 3 * width * height }, (_, at) => {
      return Math.floor((255 * (Math.floor(at / 3) % width)) / width);
    });
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(path);
  };
  return {
    directory,
    warnings,
    context,
    open: (recipe, given) => refcocoProvider.open(context({ data: refcocoSchema.parse(recipe), ...given })),
    async addImages(folder) {
      for (const [name, width, height] of listedImages) await addImage(`${folder}/${name}`, width, height);
    },
    addImage,
    write(name, content) {
      const path = join(directory, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}
