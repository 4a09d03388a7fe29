/** Expressions that refer to one object of a scene: by what it is, where it is, and what it stands next to. */
import type { RandomSource } from '@mdpd/core';
import { shuffle } from '@mdpd/tensor/random';
import { onlyBeside } from './attribute-questions.ts';
import { describe, descriptionsOf, matching, uniqueDescriptions, type Description } from './description.ts';
import type { Scene, SceneObject } from './scene.ts';
import { sides } from './words.ts';

/** How RefCOCO (anything), RefCOCO+ (no place in the image) and RefCOCOg (whole phrases) refer. */
export type Style = 'refcoco' | 'refcoco+' | 'refcocog';

/** The outermost object is apart from the next by this share of the canvas. */
const apartFrom = 0.08;

const ends = {
  leftmost: { axis: 'x', sign: 1 },
  rightmost: { axis: 'x', sign: -1 },
  top: { axis: 'y', sign: 1 },
  bottom: { axis: 'y', sign: -1 },
} as const;

/** `leftmost circle`: where several fit the description, but this one is clearly the outermost. */
function outermost(scene: Scene, object: SceneObject, description: Description): string[] {
  const others = matching(scene, description).filter((each) => each !== object);
  if (others.length === 0) return [];
  return Object.entries(ends).flatMap(([word, { axis, sign }]) => {
    const least = apartFrom * (axis === 'x' ? scene.width : scene.height);
    const isOutermost = others.every((other) => sign * (other[axis] - object[axis]) >= least);
    return isOutermost ? [`${word} ${describe(description)}`] : [];
  });
}

/** `circle left of the star`: the only one of that description on that side, with none that is too close to call. */
function related(scene: Scene, object: SceneObject, description: Description): string[] {
  const among = matching(scene, description);
  return scene.objects.flatMap((anchor) =>
    anchor === object
      ? []
      : sides.flatMap((side) => {
          if (onlyBeside(scene, anchor, side, among) !== object) return [];
          const [shortest] = uniqueDescriptions(scene, anchor);
          return shortest ? [`${describe(description)} ${side} the ${describe(shortest)}`] : [];
        }),
  );
}

function all(scene: Scene, object: SceneObject, style: Style): readonly string[][] {
  const plain = uniqueDescriptions(scene, object).map((each) => describe(each));
  if (style === 'refcoco+') return [plain];
  const descriptions = descriptionsOf(object);
  const relations = descriptions.flatMap((each) => related(scene, object, each));
  if (style === 'refcoco')
    return [plain, descriptions.flatMap((each) => outermost(scene, object, each)), relations];
  const phrases = uniqueDescriptions(scene, object).filter((each) => Object.keys(each).length > 1);
  return [phrases.map((each) => `the ${describe(each)}`), relations.map((each) => `the ${each}`)];
}

/** Up to `most` different expressions of an object, of different kinds where there are any; none may fit it alone. */
export function expressionsOf(
  random: RandomSource,
  scene: Scene,
  object: SceneObject,
  style: Style,
  most: number,
): string[] {
  const kinds = all(scene, object, style).map((each) => {
    const unique = [...new Set(each)];
    return Array.from(shuffle(random, unique.length), (index) => unique[index]!);
  });
  const order = shuffle(random, kinds.length);
  const chosen: string[] = [];
  while (chosen.length < most && kinds.some((kind) => kind.length > 0)) {
    for (const index of order) {
      const next = kinds[index]!.pop();
      if (next !== undefined && chosen.length < most) chosen.push(next);
    }
  }
  return chosen;
}
