/** Opens the task over temporary folders of images, for tests. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRegistry, type SplitName, type Task, type TaskContext } from '@mdpd/core';
import data from '@mdpd/data';
import sharp from 'sharp';
import { dataSchema, type VtabData } from '../data-schema.ts';
import plugin from '../plugin.ts';
import { vtabProvider } from '../vtab-provider.ts';

export const registry = createRegistry([plugin, data]);

export const plain = { augment: false, seed: 0, epoch: 0 };

/** A folder of its own, and what the task says about it. */
export interface TaskFixture {
  readonly directory: string;
  readonly warnings: string[];
  context(given?: Partial<TaskContext<VtabData>>): TaskContext<VtabData>;
  open(recipe: object, given?: Partial<TaskContext<VtabData>>): Promise<Task>;
  /** Writes images of one grey value each, 10 x 6 pixels. */
  addImages(images: Readonly<Record<string, number>>): Promise<void>;
  remove(): void;
}

export function createTaskFixture(): TaskFixture {
  const directory = mkdtempSync(join(tmpdir(), 'mdpd-vtab-'));
  const warnings: string[] = [];
  const processor = { size: 8, image_mean: [0, 0, 0], image_std: [1, 1, 1], resample: 2 };
  const context: TaskFixture['context'] = (given) => ({
    data: undefined,
    backbone: { family: 'vit', config: {} },
    inputs: { pixel_values: { shape: [3, 8, 8], dtype: 'float32' } },
    backboneFiles: { 'preprocessor_config.json': processor },
    sources: registry.sources.values,
    textSources: registry.textSources.values,
    directory,
    warn: (message) => warnings.push(message),
    ...given,
  });
  return {
    directory,
    warnings,
    context,
    open: (recipe, given) => vtabProvider.open(context({ data: dataSchema.parse(recipe), ...given })),
    async addImages(images) {
      for (const [name, grey] of Object.entries(images)) {
        const file = join(directory, name);
        mkdirSync(dirname(file), { recursive: true });
        const background = { r: grey, g: grey, b: grey };
        await sharp({ create: { width: 10, height: 6, channels: 3, background } }).toFile(file);
      }
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Labels of all examples of a split; empty where they have none. */
export async function labelsOf(task: Task, split: SplitName): Promise<number[]> {
  const set = task.splits[split]!;
  const indices = Array.from({ length: set.size }, (_, index) => index);
  const { target } = await set.load(indices, plain);
  return [...(target.label?.data ?? [])];
}
