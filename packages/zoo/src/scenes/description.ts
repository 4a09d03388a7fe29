/** Words that single out objects: `small red circle`, `blue object`. */
import type { Scene, SceneObject } from './scene.ts';
import { plural, type Colour, type Shape, type Size } from './words.ts';

/** What is said of an object; what is left out may be anything. */
export interface Description {
  readonly size?: Size;
  readonly colour?: Colour;
  readonly shape?: Shape;
}

export const attributes = ['size', 'colour', 'shape'] as const;
export type Attribute = (typeof attributes)[number];

export const matches = (object: SceneObject, description: Description): boolean =>
  attributes.every((each) => description[each] === undefined || description[each] === object[each]);

export const matching = (scene: Scene, description: Description): SceneObject[] =>
  scene.objects.filter((object) => matches(object, description));

export function describe({ size, colour, shape = 'object' as never }: Description, several = false): string {
  const noun: string = shape;
  return [size, colour, several ? plural(noun) : noun].filter((word) => word !== undefined).join(' ');
}

/** All subsets of what can be said of an object, without the attributes that must not be named. */
export function descriptionsOf(object: SceneObject, unnamed: readonly Attribute[] = []): Description[] {
  const named = attributes.filter((each) => !unnamed.includes(each));
  return Array.from({ length: 1 << named.length }, (_, bits) =>
    Object.fromEntries(named.flatMap((each, at) => ((bits >> at) & 1 ? [[each, object[each]]] : []))),
  );
}

/**
 * Descriptions that only this object fits, the shortest first. Every one says something.
 */
export function uniqueDescriptions(
  scene: Scene,
  object: SceneObject,
  unnamed: readonly Attribute[] = [],
): Description[] {
  const length = (description: Description): number => Object.keys(description).length;
  return descriptionsOf(object, unnamed)
    .filter((each) => length(each) > 0 && matching(scene, each).length === 1)
    .sort((a, b) => length(a) - length(b));
}
