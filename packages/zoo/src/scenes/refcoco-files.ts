/** Referring expressions in the files of RefCOCO, RefCOCO+ and RefCOCOg. */
import { expressionsOf, type Style } from './expressions.ts';
import type { Picklable } from './pickle.ts';
import { polygonOf } from './outline.ts';
import type { SceneObject } from './scene.ts';
import { cocoImage, info, licenses, objectArea, objectId, type SceneImage } from './scene-image.ts';
import { shapes } from './words.ts';

/** Expressions of one object, at most: as many people were asked for in RefCOCO. */
const mostExpressions = 3;

export interface GroundingImages {
  readonly train: readonly SceneImage[];
  /** Divided evenly, in turn, among the other splits. */
  readonly others: readonly SceneImage[];
}

const otherSplits = {
  refcoco: ['val', 'testA', 'testB'],
  'refcoco+': ['val', 'testA', 'testB'],
  refcocog: ['val', 'test'],
} as const;

const categoryId = ({ shape }: SceneObject): number => shapes.indexOf(shape) + 1;

/** People are testA's objects in RefCOCO; here what is round: circles and rings. */
function isReferredTo(object: SceneObject, split: string): boolean {
  const round = object.shape === 'circle' || object.shape === 'ring';
  return split === 'testA' ? round : split !== 'testB' || !round;
}

/** Content of `instances.json`. */
export function refcocoInstances(images: readonly SceneImage[]) {
  const annotations = images.flatMap((image) =>
    image.scene.objects.map((object) => ({
      segmentation: [polygonOf(object)],
      area: objectArea(object),
      iscrowd: 0,
      image_id: image.id,
      bbox: object.box,
      category_id: categoryId(object),
      id: objectId(image, object),
    })),
  );
  const categories = shapes.map((name, index) => ({ supercategory: 'shape', id: index + 1, name }));
  return { info, images: images.map(cocoImage), licenses, annotations, categories };
}

/** Content of `refs(unc).p`, of RefCOCOg `refs(umd).p`. */
export function refcocoRefs({ train, others }: GroundingImages, style: Style): Picklable[] {
  const refs: Picklable[] = [];
  let sentences = 0;
  const add = (image: SceneImage, split: string): void => {
    const random = image.random.fork(style);
    for (const object of image.scene.objects) {
      const said = isReferredTo(object, split)
        ? expressionsOf(random, image.scene, object, style, mostExpressions)
        : [];
      if (said.length === 0) continue;
      const first = sentences;
      sentences += said.length;
      refs.push({
        sent_ids: said.map((_, index) => first + index),
        file_name: image.fileName.replace('.jpg', `_${refs.length}.jpg`),
        ann_id: objectId(image, object),
        ref_id: refs.length,
        image_id: image.id,
        split,
        sentences: said.map((sent, index) => ({
          tokens: sent.split(' '),
          raw: sent,
          sent_id: first + index,
          sent,
        })),
        category_id: categoryId(object),
      });
    }
  };
  for (const image of train) add(image, 'train');
  const splits = otherSplits[style];
  for (const [index, image] of others.entries()) add(image, splits[index % splits.length]!);
  return refs;
}
