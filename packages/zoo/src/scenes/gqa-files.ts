/** Questions in the files of GQA, with scene graphs and the answers that make sense. */
import { families, programText, type Question } from './question.ts';
import { isBeside } from './scene.ts';
import { objectId, type SceneImage } from './scene-image.ts';
import type { AskedImage } from './vqa-files.ts';
import { colourNames, shapes, sides } from './words.ts';

export interface GqaQuestion {
  readonly semantic: readonly unknown[];
  readonly entailed: readonly string[];
  readonly equivalent: readonly string[];
  readonly question: string;
  readonly imageId: string;
  readonly isBalanced: boolean;
  readonly groups: { readonly global: string | null; readonly local: string };
  readonly answer: string;
  readonly semanticStr: string;
  readonly annotations: Readonly<
    Record<'answer' | 'question' | 'fullAnswer', Readonly<Record<string, string>>>
  >;
  readonly types: { readonly detailed: string; readonly semantic: string; readonly structural: string };
  readonly fullAnswer: string;
}
export type GqaQuestions = Readonly<Record<string, GqaQuestion>>;

/** GQA asks for no numbers. */
const isAsked = ({ family }: Question): boolean => family !== 'count';

/** Open questions have a group of their own by what is asked for; answers are counted within it. */
const globalGroups: Partial<Record<Question['family'], string>> = { colour: 'color', shape: 'shape' };

function entryOf(
  image: SceneImage,
  question: Question,
  id: string,
  isBalanced: boolean,
  entailed: readonly string[],
): GqaQuestion {
  const { family, text, answer, fullAnswer, mentions, program } = question;
  const { structural, semantic, detailed } = families[family];
  const named = Object.entries(mentions).map(([range, object]) => [range, String(objectId(image, object))]);
  const words = text.toLowerCase().replace('?', '').replaceAll(' ', '_');
  return {
    semantic: program,
    entailed,
    equivalent: [id],
    question: text,
    imageId: String(image.id),
    isBalanced,
    groups: { global: globalGroups[family] ?? null, local: `${detailed}-${words}` },
    answer,
    semanticStr: programText(program),
    annotations: {
      answer: {},
      question: Object.fromEntries(named) as Record<string, string>,
      fullAnswer: {},
    },
    types: { detailed, semantic, structural },
    fullAnswer,
  };
}

/**
 * An image's share of `<tier>_all_questions.json`: the questions that were chosen, which are the balanced ones, and those
 * that follow from their answers.
 */
export function gqaQuestions({ image, questions }: AskedImage): GqaQuestions {
  const all: Record<string, GqaQuestion> = {};
  const asked = questions.filter(isAsked);
  const ids = new Map<string, string>();
  const idOf = ({ text }: Question): string => {
    const id = ids.get(text) ?? String(image.id * 100 + ids.size);
    ids.set(text, id);
    return id;
  };
  asked.forEach(idOf);
  const further = new Map<string, Question>();
  for (const question of asked) {
    const entailed = question.entailed ?? [];
    for (const each of entailed) if (!ids.has(each.text)) further.set(idOf(each), each);
    const id = idOf(question);
    all[id] = entryOf(image, question, id, true, [id, ...entailed.map(idOf)]);
  }
  for (const [id, question] of further) all[id] = entryOf(image, question, id, false, [id]);
  return all;
}

/**
 * An entry of `<tier>_choices.json`: the answers that make sense. Whatever is valid is plausible too: shapes have every
 * colour equally often.
 */
export function gqaChoice({ types, answer }: GqaQuestion) {
  const valid = ((): readonly string[] => {
    if (types.detailed === 'color') return colourNames;
    if (types.detailed === 'category') return shapes;
    if (types.structural !== 'choose') return ['yes', 'no'];
    return answer === 'left' || answer === 'right' ? ['left', 'right'] : ['above', 'below'];
  })();
  return { valid, plausible: valid };
}

const relationNames = {
  'left of': 'to the left of',
  'right of': 'to the right of',
  above: 'above',
  below: 'below',
} as const;

/** An entry of `<tier>_sceneGraphs.json`. */
export function gqaSceneGraph(image: SceneImage) {
  const { width, height, objects } = image.scene;
  const entries = objects.map((object) => {
    const [x, y, w, h] = object.box;
    const relations = objects.flatMap((other) =>
      sides
        .filter((side) => other !== object && isBeside(image.scene, object, side, other) === true)
        .map((side) => ({ object: String(objectId(image, other)), name: relationNames[side] })),
    );
    const graph = { name: object.shape, x, y, w, h, attributes: [object.size, object.colour], relations };
    return [String(objectId(image, object)), graph] as const;
  });
  return { width, height, objects: Object.fromEntries(entries) };
}
