/** A folder with few captions in the files of COCO and FOIL-COCO, and what tasks over it are opened with. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry, type Task, type TaskContext } from '@mdpd/core';
import sharp from 'sharp';
import plugin from '../plugin.ts';
import { inputs } from './question-fixture.ts';

export const registry = createRegistry([plugin]);

const words = '[PAD] [UNK] [CLS] [SEP] [MASK] a red blue green circle square above left of';
const colours = ['red', 'blue', 'green'] as const;
const shades = { red: '#d02020', blue: '#2040d0', green: '#20a040' } as const;

const captionOf = (index: number): string =>
  `a ${colours[index % 3]} ${index % 2 === 0 ? 'circle' : 'square'} above a ${colours[(index + 1) % 3]} square`;
const foilOf = (index: number): string => captionOf(index).replace('above', 'left of');

export interface CaptionFixture {
  readonly folder: string;
  readonly image: string;
  readonly warnings: string[];
  open(name: string, data?: object, given?: Partial<TaskContext>): Promise<Task>;
  remove(): void;
}

async function writeSplit(folder: string, subtype: string, count: number): Promise<void> {
  mkdirSync(join(folder, subtype), { recursive: true });
  const numbers = Array.from({ length: count }, (_, index) => index);
  const images = numbers.map((id) => ({ id, file_name: `${id}.png` }));
  const captions = numbers.map((id) => ({ image_id: id, id, caption: captionOf(id), foil: false }));
  const foils = numbers.map((id) => ({ image_id: id, id: count + id, caption: foilOf(id), foil: true }));
  const write = (name: string, annotations: readonly object[]): void =>
    writeFileSync(
      join(folder, 'annotations', `${name}_${subtype}.json`),
      JSON.stringify({ images, annotations }),
    );
  write('captions', captions);
  write('foil', [...captions, ...foils]);
  for (const id of numbers) {
    const background = shades[colours[id % 3]!];
    await sharp({ create: { width: 12, height: 10, channels: 3, background } })
      .png()
      .toFile(join(folder, subtype, `${id}.png`));
  }
}

/** Images with one caption and one foil each: 6 to learn from, 4 to choose by, 4 to test with. */
export async function createCaptionFixture(): Promise<CaptionFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'mdpd-captions-'));
  mkdirSync(join(folder, 'annotations'));
  writeFileSync(join(folder, 'vocab.txt'), words.split(' ').join('\n'));
  await writeSplit(folder, 'train2014', 6);
  await writeSplit(folder, 'dev2014', 4);
  await writeSplit(folder, 'val2014', 4);
  const warnings: string[] = [];
  return {
    folder,
    image: join(folder, 'train2014/0.png'),
    warnings,
    open: (name, data, given) => {
      const provider = registry.tasks.get(name)!;
      const all = { root: folder, validation: 'dev2014', tokenizer: folder, ...data };
      return provider.open({
        data: provider.dataSchema.parse(all),
        backbone: { family: 'vilt', config: { vocab_size: 14 }, folder },
        inputs,
        backboneFiles: {},
        sources: [],
        textSources: [],
        directory: folder,
        warn: (message) => warnings.push(message),
        ...given,
      });
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
