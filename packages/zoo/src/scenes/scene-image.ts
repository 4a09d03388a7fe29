/** Scenes as images of a data set: with numbers and names as COCO gives them. */
import type { RandomSource } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { areaOf } from './outline.ts';
import { createScene, type Scene, type SceneObject } from './scene.ts';

/** Changing it changes every generated scene, and so every figure that was measured on them. */
export const generation = 1;

/** Folder of COCO that the image belongs to. */
export type CocoFolder = 'train2014' | 'val2014' | 'test2015';

export interface SceneImage {
  /** COCO's `image_id`. */
  readonly id: number;
  readonly folder: CocoFolder;
  /** `COCO_train2014_000000100000.jpg` */
  readonly fileName: string;
  readonly scene: Scene;
  /** For what is said about it; does not depend on other images. */
  readonly random: RandomSource;
}

/** Numbers of images start here, by what they are for: no two parts share one. */
const firstIds = {
  train: 100_000,
  grounding: 200_000,
  validation: 300_000,
  test: 400_000,
  pretraining: 500_000,
  'pretraining validation': 900_000,
} as const;
export type Part = keyof typeof firstIds;

/** Parts of simple scenes, see `createScene`. */
const simpleParts: readonly Part[] = ['pretraining', 'pretraining validation'];

const folders: Readonly<Record<Part, CocoFolder>> = {
  train: 'train2014',
  grounding: 'train2014',
  validation: 'val2014',
  test: 'test2015',
  pretraining: 'train2014',
  'pretraining validation': 'val2014',
};

export function sceneImages(part: Part, count: number): SceneImage[] {
  const root = createRandom(generation, 'scenes').fork(part);
  const folder = folders[part];
  return Array.from({ length: count }, (_, index) => {
    const random = root.fork(String(index));
    const id = firstIds[part] + index;
    const fileName = `COCO_${folder}_${String(id).padStart(12, '0')}.jpg`;
    const scene = createScene(random.fork('scene'), simpleParts.includes(part));
    return { id, folder, fileName, scene, random: random.fork('words') };
  });
}

/** Number of an object, unlike that of any other object. */
export const objectId = ({ id, scene }: SceneImage, object: SceneObject): number =>
  id * 10 + scene.objects.indexOf(object);

export const objectArea = (object: SceneObject): number => areaOf(object);

const date = '2026-01-01 00:00:00';

/** `info` of COCO's files. */
export const info = {
  description: 'mdpd zoo:scenes, generated',
  url: '',
  version: `${generation}`,
  year: 2026,
  contributor: 'mdpd',
  date_created: date,
};

/** As `images` of COCO's files lists them. */
export const cocoImage = ({ id, fileName, scene }: SceneImage) => ({
  license: 1,
  file_name: fileName,
  coco_url: '',
  height: scene.height,
  width: scene.width,
  date_captured: date,
  flickr_url: '',
  id,
});

export const licenses = [{ id: 1, name: 'Generated: no rights reserved', url: '' }];
