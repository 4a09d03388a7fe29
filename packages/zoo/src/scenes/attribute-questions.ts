/** Questions that ask for a colour or a shape, directly or by where the object is. */
import type { RandomSource } from '@mdpd/core';
import { describe, matching, uniqueDescriptions, type Description } from './description.ts';
import {
  composeText,
  mention,
  selecting,
  sentence,
  yesNo,
  type Part,
  type Question,
  type Step,
} from './question.ts';
import { isBeside, pick, type Scene, type SceneObject } from './scene.ts';
import { colourNames, shapes, sides, type Side } from './words.ts';

type Asked = 'colour' | 'shape';

const spelt = { colour: 'color', shape: 'shape' } as const;
const values = { colour: colourNames, shape: shapes } as const;

/** A value of the attribute that the object does not have; mostly one that others in the scene have. */
export function otherValue(random: RandomSource, scene: Scene, object: SceneObject, asked: Asked): string {
  const all: readonly string[] = values[asked];
  const seen = scene.objects.map((each): string => each[asked]).filter((value) => value !== object[asked]);
  if (seen.length > 0 && random.next() < 0.6) return pick(random, seen);
  return pick(
    random,
    all.filter((value) => value !== object[asked]),
  );
}

/** `Is the small circle red?` */
export function verifyAttribute(
  scene: Scene,
  description: Description,
  asked: Asked,
  value: string,
): Question {
  const [object] = matching(scene, description);
  const said = asked === 'colour' ? value : `a ${value}`;
  const is = object![asked] === value;
  return {
    family: 'verifyAttribute',
    ...composeText(['is the', mention(scene, description), said]),
    answer: yesNo(is),
    fullAnswer: `${is ? 'Yes' : 'No'}, the ${describe(description)} is ${is ? '' : 'not '}${said}.`,
    program: ((steps: Step[]) => [
      ...steps,
      { operation: `verify ${spelt[asked]}`, argument: value, dependencies: [steps.length - 1] },
    ])(selecting(description)),
  };
}

function asks(
  asked: Asked,
  parts: readonly Part[],
  object: SceneObject,
  program: readonly Step[],
): Omit<Question, 'fullAnswer'> {
  return {
    family: asked,
    ...composeText(parts),
    answer: object[asked],
    program: [
      ...program,
      {
        operation: 'query',
        argument: asked === 'colour' ? 'color' : 'name',
        dependencies: [program.length - 1],
      },
    ],
  };
}

function direct(
  scene: Scene,
  object: SceneObject,
  description: Description,
  asked: Asked,
  other: string,
): Question {
  const parts = [`what ${spelt[asked]} is the`, mention(scene, description)];
  const said = asked === 'colour' ? object.colour : `a ${object.shape}`;
  return {
    ...asks(asked, parts, object, selecting(description)),
    fullAnswer: sentence(`the ${describe(description)} is ${said}`),
    entailed: [object[asked], other].map((value) => verifyAttribute(scene, description, asked, value)),
  };
}

/** What stands on that side of the anchor, where that is one object and no other is too close to call. */
export function onlyBeside(
  scene: Scene,
  anchor: SceneObject,
  side: Side,
  among: readonly SceneObject[] = scene.objects,
): SceneObject | undefined {
  const others = among.filter((object) => object !== anchor);
  const placed = others.map((object) => isBeside(scene, object, side, anchor));
  if (placed.includes(undefined) || placed.filter((each) => each).length !== 1) return undefined;
  return others[placed.indexOf(true)];
}

/** `What color is the object left of the star?`, `What shape is above the star?` */
function beside(scene: Scene, anchor: SceneObject, side: Side, asked: Asked): Question[] {
  const object = onlyBeside(scene, anchor, side);
  if (!object) return [];
  return uniqueDescriptions(scene, anchor).map((description) => {
    const start = asked === 'colour' ? 'what color is the object' : 'what shape is';
    const parts = [`${start} ${side} the`, mention(scene, description)];
    const steps = selecting(description);
    const relate = { operation: 'relate', argument: `_,${side},s`, dependencies: [steps.length - 1] };
    const said = asked === 'colour' ? object.colour : `a ${object.shape}`;
    return {
      ...asks(asked, parts, object, [...steps, relate]),
      fullAnswer: sentence(`the object ${side} the ${describe(description)} is ${said}`),
    };
  });
}

export function attributeQuestions(random: RandomSource, scene: Scene): Question[] {
  const questions: Question[] = [];
  for (const asked of ['colour', 'shape'] as const) {
    for (const object of scene.objects) {
      for (const description of uniqueDescriptions(scene, object, [asked])) {
        const other = otherValue(random, scene, object, asked);
        const question = direct(scene, object, description, asked, other);
        questions.push(question, ...question.entailed!);
      }
      for (const side of sides) questions.push(...beside(scene, object, side, asked));
    }
  }
  return questions;
}
