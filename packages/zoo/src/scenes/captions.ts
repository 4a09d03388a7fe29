/** Captions that are true of a scene, and captions that one word makes false. */
import type { RandomSource } from '@mdpd/core';
import { shuffle } from '@mdpd/tensor/random';
import { describe, matching, type Attribute, type Description } from './description.ts';
import { isBeside, pick, type Scene, type SceneObject } from './scene.ts';
import { colourNames, shapes, sides, sizeNames, withArticle, type Side } from './words.ts';

const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six'] as const;

/** `two red circles`: exactly two; `a red circle`: one or more. */
interface Some {
  readonly kind: 'some';
  readonly description: Description;
  readonly count: number;
}

/** `a red circle left of a star`: there are two such objects. */
interface Related {
  readonly kind: 'related';
  readonly description: Description;
  readonly side: Side;
  readonly other: Description;
}

type Clause = Some | Related;

export interface Caption {
  readonly caption: string;
  /** The same with one word changed, which makes it false. */
  readonly foil: string;
  /** The word, and what stands for it in the foil. Singular. */
  readonly target: string;
  readonly foilWord: string;
}

function isTrue(scene: Scene, clause: Clause): boolean {
  const found = matching(scene, clause.description);
  if (clause.kind === 'some') return clause.count === 1 ? found.length > 0 : found.length === clause.count;
  const others = matching(scene, clause.other);
  return found.some((object) =>
    others.some((other) => other !== object && isBeside(scene, object, clause.side, other) === true),
  );
}

/** False for whoever looks: nothing that is too close to call would make it true. */
function isFalse(scene: Scene, clause: Clause): boolean {
  if (clause.kind === 'some') return !isTrue(scene, clause);
  const others = matching(scene, clause.other);
  return matching(scene, clause.description).every((object) =>
    others.every((other) => other === object || isBeside(scene, object, clause.side, other) === false),
  );
}

function clauseText(clause: Clause): string {
  const { description } = clause;
  if (clause.kind === 'related') {
    return `${withArticle(describe(description))} ${clause.side} ${withArticle(describe(clause.other))}`;
  }
  if (clause.count === 1) return withArticle(describe(description));
  return `${numbers[clause.count]} ${describe(description, true)}`;
}

function join(clauses: readonly Clause[], lead: string): string {
  const texts = clauses.map(clauseText);
  const last = texts.pop()!;
  return `${lead}${texts.length > 0 ? `${texts.join(', ')} and ` : ''}${last}`;
}

/** What a caption says of an object: colour and shape always, its size by chance. */
function described(random: RandomSource, { colour, shape, size }: SceneObject): Description {
  return random.next() < 0.4 ? { size, colour, shape } : { colour, shape };
}

/** All objects, those that are described alike together; the longest lists are cut. */
function listing(random: RandomSource, scene: Scene): Clause[] {
  const descriptions = scene.objects.map((object) => described(random, object));
  const unique = new Map(descriptions.map((each) => [describe(each), each]));
  const some = [...unique.values()].map((description): Some => {
    const count = matching(scene, description).length;
    return { kind: 'some', description, count };
  });
  // `a red circle` beside `a small red circle` would say one thing twice.
  const told = some.filter(
    ({ description }) =>
      description.size === undefined || !unique.has(describe({ ...description, size: undefined })),
  );
  return told.slice(0, 4);
}

function relation(random: RandomSource, scene: Scene): Clause[] {
  const order = Array.from(shuffle(random, scene.objects.length), (index) => scene.objects[index]!);
  const [object, ...others] = order;
  for (const other of others) {
    const held = sides.filter((side) => isBeside(scene, object!, side, other) === true);
    if (held.length === 0) continue;
    const description = described(random, object!);
    return [{ kind: 'related', description, side: pick(random, held), other: described(random, other) }];
  }
  return listing(random, scene);
}

/** The description with another value for one of its words. */
function changed(random: RandomSource, description: Description): readonly [Description, Attribute] {
  const all = { size: sizeNames, colour: colourNames, shape: shapes } as const;
  const attribute = pick(random, Object.keys(description) as Attribute[]);
  const values: readonly string[] = all[attribute];
  const value = pick(
    random,
    values.filter((each) => each !== description[attribute]),
  );
  return [{ ...description, [attribute]: value }, attribute];
}

interface Change {
  readonly clause: Clause;
  readonly target: string;
  readonly word: string;
}

function changeClause(random: RandomSource, clause: Clause): Change {
  const choice = random.next();
  if (clause.kind === 'some' && clause.count > 1 && choice < 0.3) {
    const count = pick(
      random,
      [2, 3, 4, 5].filter((each) => each !== clause.count),
    );
    return { clause: { ...clause, count }, target: numbers[clause.count]!, word: numbers[count]! };
  }
  if (clause.kind === 'related' && choice < 0.4) {
    const side = ({ 'left of': 'right of', 'right of': 'left of', above: 'below', below: 'above' } as const)[
      clause.side
    ];
    return { clause: { ...clause, side }, target: clause.side.split(' ')[0]!, word: side.split(' ')[0]! };
  }
  const key = clause.kind === 'related' && choice < 0.7 ? 'other' : 'description';
  const before = clause.kind === 'related' && key === 'other' ? clause.other : clause.description;
  const [after, attribute] = changed(random, before);
  return { clause: { ...clause, [key]: after }, target: before[attribute]!, word: after[attribute]! };
}

const leads = ['', 'there is ', 'a picture of ', 'an image with '] as const;
/** Changes tried before another caption is made: in crowded scenes some are true again. */
const attempts = 20;

function captionOf(random: RandomSource, scene: Scene): Caption | undefined {
  const clauses = random.next() < 0.5 ? relation(random, scene) : listing(random, scene);
  const plural = clauses[0]!.kind === 'some' && clauses[0]!.count > 1;
  const lead = pick(random, plural ? leads.filter((each) => each !== 'there is ') : leads);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const at = random.integer(clauses.length);
    const { clause, target, word } = changeClause(random, clauses[at]!);
    if (!isFalse(scene, clause)) continue;
    const foil = join(
      clauses.map((each, index) => (index === at ? clause : each)),
      lead,
    );
    return { caption: join(clauses, lead), foil, target, foilWord: word };
  }
  return undefined;
}

/** `count` different captions, each with its foil; fewer of scenes of which there is not so much to say. */
export function captionsOf(random: RandomSource, scene: Scene, count: number): Caption[] {
  const captions = new Map<string, Caption>();
  for (let attempt = 0; attempt < attempts && captions.size < count; attempt++) {
    const made = captionOf(random, scene);
    if (made) captions.set(made.caption, made);
  }
  return [...captions.values()];
}
