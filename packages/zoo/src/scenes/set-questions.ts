/** Questions about how many objects of a kind there are, and whether there are any. */
import type { RandomSource } from '@mdpd/core';
import { describe, descriptionsOf, matching, type Description } from './description.ts';
import { composeText, selecting, sentence, yesNo, type Question, type Step } from './question.ts';
import { pick, type Scene } from './scene.ts';
import { colourNames, plural, shapes, sizeNames, withArticle, type Shape } from './words.ts';

/** Kinds of objects of the scene, and kinds that differ from one of them in one thing. */
function kinds(random: RandomSource, scene: Scene): Description[] {
  const present = scene.objects.flatMap((object) => descriptionsOf(object));
  const changed = present.flatMap((kind): Description[] => [
    { ...kind, ...(kind.colour ? { colour: pick(random, colourNames) } : {}) },
    { ...kind, ...(kind.shape ? { shape: pick(random, shapes) } : {}) },
    { ...kind, ...(kind.size ? { size: pick(random, sizeNames) } : {}) },
  ]);
  const byText = new Map([...present, ...changed].map((kind) => [describe(kind), kind]));
  return [...byText.values()];
}

const ending = (steps: readonly Step[], operation: string, argument = '?'): Step[] => [
  ...steps,
  { operation, argument, dependencies: [steps.length - 1] },
];

function count(scene: Scene, kind: Description): Question {
  const found = matching(scene, kind).length;
  const named = describe(kind, found !== 1);
  return {
    family: 'count',
    ...composeText([`how many ${describe(kind, true)} are there`]),
    answer: String(found),
    fullAnswer: sentence(`there ${found === 1 ? 'is' : 'are'} ${found} ${named}`),
    program: ending(selecting(kind), 'count'),
  };
}

function exist(scene: Scene, kind: Description): Question {
  const objects = matching(scene, kind);
  const named = withArticle(describe(kind));
  const is = objects.length > 0;
  return {
    family: 'exist',
    ...composeText(['is there', { phrase: named, objects }]),
    answer: yesNo(is),
    fullAnswer: is ? `Yes, there is ${named}.` : `No, there is no ${describe(kind)}.`,
    program: ending(selecting(kind), 'exist'),
  };
}

/** `Is there a red circle and a star?` */
function both(scene: Scene, a: Description, b: Description): Question {
  const are = [a, b].map((kind) => matching(scene, kind).length > 0);
  const [first, second] = [a, b].map((kind) => withArticle(describe(kind)));
  const left = ending(selecting(a), 'exist');
  const found = selecting(b, left.length);
  const right = [
    ...found,
    { operation: 'exist', argument: '?', dependencies: [left.length + found.length - 1] },
  ];
  const is = are.every((each) => each);
  return {
    family: 'logical',
    ...composeText([`is there ${first} and ${second}`]),
    answer: yesNo(is),
    fullAnswer: is ? `Yes, there is ${first} and ${second}.` : `No, there is not ${first} and ${second}.`,
    program: [
      ...left,
      ...right,
      { operation: 'and', argument: '', dependencies: [left.length - 1, left.length + right.length - 1] },
    ],
  };
}

/** `Are there more circles than stars?` */
function more(scene: Scene, a: Shape, b: Shape): Question {
  const [first, second] = [a, b].map((shape) => matching(scene, { shape }).length) as [number, number];
  const is = first > second;
  return {
    family: 'compare',
    ...composeText([`are there more ${plural(a)} than ${plural(b)}`]),
    answer: yesNo(is),
    fullAnswer: `${is ? 'Yes' : 'No'}, there are ${is ? '' : 'not '}more ${plural(a)} than ${plural(b)}.`,
    program: [
      { operation: 'select', argument: a, dependencies: [] },
      { operation: 'select', argument: b, dependencies: [] },
      { operation: 'compare more', argument: '?', dependencies: [0, 1] },
    ],
  };
}

export function setQuestions(random: RandomSource, scene: Scene): Question[] {
  const asked = kinds(random, scene);
  // There always are objects: nothing to ask.
  const named = asked.filter((kind) => Object.keys(kind).length > 0);
  const questions = [...asked.map((kind) => count(scene, kind)), ...named.map((kind) => exist(scene, kind))];
  for (const kind of named) {
    const other = pick(random, named);
    // `a circle and a red circle` says no more than its second half.
    if (kind.shape !== other.shape) questions.push(both(scene, kind, other));
  }
  const present = [...new Set(scene.objects.map(({ shape }) => shape))];
  for (const shape of present) {
    const other = pick(
      random,
      shapes.filter((each) => each !== shape),
    );
    questions.push(more(scene, shape, other), more(scene, other, shape));
  }
  return questions;
}
