/** Questions about scenes, with what VQA v2 and GQA say about them. */
import { describe, matching, type Description } from './description.ts';
import type { Scene, SceneObject } from './scene.ts';

/** Kinds of questions; answers are balanced within each. */
export const families = {
  colour: { structural: 'query', semantic: 'attr', detailed: 'color' },
  shape: { structural: 'query', semantic: 'cat', detailed: 'category' },
  count: { structural: 'query', semantic: 'obj', detailed: 'count' },
  exist: { structural: 'verify', semantic: 'obj', detailed: 'exist' },
  logical: { structural: 'logical', semantic: 'obj', detailed: 'existAnd' },
  verifyRelation: { structural: 'verify', semantic: 'rel', detailed: 'verifyRel' },
  chooseRelation: { structural: 'choose', semantic: 'rel', detailed: 'chooseRel' },
  verifyAttribute: { structural: 'verify', semantic: 'attr', detailed: 'verifyAttr' },
  compare: { structural: 'compare', semantic: 'attr', detailed: 'compare' },
} as const;
export type Family = keyof typeof families;

/** One step of a program, as GQA writes it; `dependencies` are numbers of earlier steps. */
export interface Step {
  readonly operation: string;
  readonly argument: string;
  readonly dependencies: readonly number[];
}

/** Words of a question, or a phrase that names objects of the scene. */
export type Part = string | { readonly phrase: string; readonly objects: readonly SceneObject[] };

export interface Question {
  readonly family: Family;
  readonly text: string;
  readonly answer: string;
  /** A sentence with the answer. */
  readonly fullAnswer: string;
  /** Objects by the words that name them: `"2"`, or `"1:3"` with the end exclusive. */
  readonly mentions: Readonly<Record<string, SceneObject>>;
  readonly program: readonly Step[];
  /** Questions whose answer follows from this one's. */
  readonly entailed?: readonly Question[];
}

const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** Text and mentions of a question from its parts; a phrase of several objects is not annotated. */
export function composeText(parts: readonly Part[]): Pick<Question, 'text' | 'mentions'> {
  const words: string[] = [];
  const mentions: Record<string, SceneObject> = {};
  for (const part of parts) {
    const start = words.length;
    words.push(...wordsOf(typeof part === 'string' ? part : part.phrase));
    if (typeof part === 'string' || part.objects.length !== 1) continue;
    const range = words.length === start + 1 ? String(start) : `${start}:${words.length}`;
    mentions[range] = part.objects[0]!;
  }
  const [first = '', ...others] = words;
  const text = [first.charAt(0).toUpperCase() + first.slice(1), ...others].join(' ');
  return { text: `${text}?`, mentions };
}

/** The phrase for objects of that description. */
export function mention(scene: Scene, description: Description): Part {
  return { phrase: describe(description), objects: matching(scene, description) };
}

/** Steps that find the objects of a description, the last of them the result. */
export function selecting({ size, colour, shape }: Description, after = 0): Step[] {
  const steps: Step[] = [{ operation: 'select', argument: shape ?? 'object', dependencies: [] }];
  const filter = (kind: string, argument: string | undefined): void => {
    if (argument === undefined) return;
    steps.push({ operation: `filter ${kind}`, argument, dependencies: [after + steps.length - 1] });
  };
  filter('size', size);
  filter('color', colour);
  return steps;
}

/** `select: circle->filter color: red [0]` */
export function programText(program: readonly Step[]): string {
  return program
    .map(({ operation, argument, dependencies }) => {
      const inputs = dependencies.length > 0 ? ` [${dependencies.join(', ')}]` : '';
      return `${operation}: ${argument}${inputs}`;
    })
    .join('->');
}

/** Beginnings of questions that VQA v2 counts apart, of those that occur here, the longest first. */
const questionTypes = [
  'what color is the',
  'how many',
  'is there a',
  'are there',
  'is there',
  'are the',
  'is the',
  'what',
] as const;

export function questionTypeOf({ text }: Question): string {
  const words = text.toLowerCase();
  return questionTypes.find((type) => words.startsWith(`${type} `)) ?? 'none of the above';
}

export function answerTypeOf({ answer }: Question): 'yes/no' | 'number' | 'other' {
  if (answer === 'yes' || answer === 'no') return 'yes/no';
  return /^\d+$/u.test(answer) ? 'number' : 'other';
}

export const yesNo = (is: boolean): 'yes' | 'no' => (is ? 'yes' : 'no');

export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
