/** Questions about where objects stand, and how two of them compare. */
import { describe, uniqueDescriptions, type Attribute, type Description } from './description.ts';
import { composeText, mention, selecting, yesNo, type Question, type Step } from './question.ts';
import { isBeside, type Scene, type SceneObject } from './scene.ts';
import { sides, type Side } from './words.ts';

/** Of each object of a pair: all would be hundreds of questions. */
const mostDescriptions = 3;

interface Pair {
  readonly scene: Scene;
  readonly first: SceneObject;
  readonly second: SceneObject;
  readonly a: Description;
  readonly b: Description;
}

const opposites: Readonly<Record<Side, Side>> = {
  'left of': 'right of',
  'right of': 'left of',
  above: 'below',
  below: 'above',
};

/** Steps that find both, then one that compares them. */
function comparing({ a, b }: Pair, operation: string, argument: string): Step[] {
  const first = selecting(a);
  const second = selecting(b, first.length);
  const found = first.length + second.length;
  return [...first, ...second, { operation, argument, dependencies: [first.length - 1, found - 1] }];
}

/** `Is the circle left of the star?` */
function verify(pair: Pair, side: Side, is: boolean): Question {
  const { scene, a, b } = pair;
  return {
    family: 'verifyRelation',
    ...composeText(['is the', mention(scene, a), `${side} the`, mention(scene, b)]),
    answer: yesNo(is),
    fullAnswer: `${is ? 'Yes' : 'No'}, the ${describe(a)} is ${is ? side : opposites[side]} the ${describe(b)}.`,
    program: comparing(pair, 'verify rel', side),
  };
}

/** `Is the circle left or right of the star?` */
function choose(pair: Pair, side: Side): Question {
  const { scene, a, b } = pair;
  const horizontal = side === 'left of' || side === 'right of';
  const choice = horizontal ? 'left or right of the' : 'above or below the';
  return {
    family: 'chooseRelation',
    ...composeText(['is the', mention(scene, a), choice, mention(scene, b)]),
    answer: side.replace(' of', ''),
    fullAnswer: `The ${describe(a)} is ${side} the ${describe(b)}.`,
    program: comparing(
      pair,
      horizontal ? 'choose horizontal' : 'choose vertical',
      horizontal ? 'left|right' : 'above|below',
    ),
  };
}

function larger(pair: Pair): Question {
  const { scene, first, a, b } = pair;
  const is = first.size === 'large';
  return {
    family: 'compare',
    ...composeText(['is the', mention(scene, a), 'larger than the', mention(scene, b)]),
    answer: yesNo(is),
    fullAnswer: `${is ? 'Yes' : 'No'}, the ${describe(a)} is ${is ? 'larger' : 'smaller'} than the ${describe(b)}.`,
    program: comparing(pair, 'verify larger', '?'),
  };
}

function same(pair: Pair, asked: 'colour' | 'shape'): Question {
  const { scene, first, second, a, b } = pair;
  const word = asked === 'colour' ? 'color' : 'shape';
  const is = first[asked] === second[asked];
  return {
    family: 'compare',
    ...composeText(['are the', mention(scene, a), 'and the', mention(scene, b), `the same ${word}`]),
    answer: yesNo(is),
    fullAnswer: `${is ? 'Yes' : 'No'}, the ${describe(a)} and the ${describe(b)} are ${is ? '' : 'not '}the same ${word}.`,
    program: comparing(pair, `same ${word}`, '?'),
  };
}

/** The shortest ways to name both without the attribute that would give the answer away. */
function pairs(
  scene: Scene,
  first: SceneObject,
  second: SceneObject,
  unnamed: readonly Attribute[] = [],
): Pair[] {
  const named = (object: SceneObject): Description[] =>
    uniqueDescriptions(scene, object, unnamed).slice(0, mostDescriptions);
  return named(first).flatMap((a) => named(second).map((b) => ({ scene, first, second, a, b })));
}

function placeQuestions(scene: Scene, first: SceneObject, second: SceneObject): Question[] {
  return pairs(scene, first, second).flatMap((pair) =>
    sides.flatMap((side) => {
      const is = isBeside(scene, first, side, second);
      if (is === undefined) return [];
      return is ? [verify(pair, side, true), choose(pair, side)] : [verify(pair, side, false)];
    }),
  );
}

function comparisons(scene: Scene, first: SceneObject, second: SceneObject): Question[] {
  const sized = first.size === second.size ? [] : pairs(scene, first, second, ['size']).map(larger);
  const likened = (['colour', 'shape'] as const).flatMap((asked) =>
    pairs(scene, first, second, [asked]).map((pair) => same(pair, asked)),
  );
  return [...sized, ...likened];
}

export function relationQuestions(scene: Scene): Question[] {
  return scene.objects.flatMap((first) =>
    scene.objects.flatMap((second) =>
      first === second ? [] : [...placeQuestions(scene, first, second), ...comparisons(scene, first, second)],
    ),
  );
}
