/**
 * Reads questions, expressions and captions as a person would, and looks the answer up in the scene. It shares nothing
 * with the generator but the objects: no description, no relation, no family of questions.
 */
import type { Scene, SceneObject } from '../scenes/scene.ts';

const colourWords = 'red|orange|yellow|green|blue|purple|black|white';
const shapeWords = 'circle|square|triangle|star|cross|ring';
const phrase = `(?:(?:small|large) )?(?:(?:${colourWords}) )?(?:(?:${shapeWords})(?:e?s)?|objects?)`;
const side = 'left of|right of|above|below';

/** Objects that a phrase fits: `small red circles`. */
function fitting(scene: Scene, words: string): SceneObject[] {
  return scene.objects.filter((object) =>
    words.split(' ').every((word) => {
      if (word === 'small' || word === 'large') return object.size === word;
      if (colourWords.split('|').includes(word)) return object.colour === word;
      if (/^objects?$/u.test(word)) return true;
      const shape = shapeWords.split('|').find((each) => [each, `${each}s`, `${each}es`].includes(word));
      if (!shape) throw new Error(`unknown word "${word}" in "${words}"`);
      return object.shape === shape;
    }),
  );
}

function only(objects: readonly SceneObject[], words: string): SceneObject {
  if (objects.length !== 1) throw new Error(`${objects.length} objects are "${words}"`);
  return objects[0]!;
}

const the = (scene: Scene, words: string): SceneObject => only(fitting(scene, words), words);

function stands(object: SceneObject, where: string, anchor: SceneObject): boolean {
  if (where === 'left of') return object.x < anchor.x;
  if (where === 'right of') return object.x > anchor.x;
  return where === 'above' ? object.y < anchor.y : object.y > anchor.y;
}

const yes = (is: boolean): string => (is ? 'yes' : 'no');

type Reading = readonly [pattern: RegExp, answer: (scene: Scene, ...groups: string[]) => string];

/** `P` stands for a phrase, `S` for a side. */
function reading(pattern: string, answer: Reading[1]): Reading {
  return [
    new RegExp(`^${pattern.replaceAll('P', `(${phrase})`).replaceAll('S', `(${side})`)}\\?$`, 'u'),
    answer,
  ];
}

const about = (object: SceneObject, asked: string): string =>
  asked === 'color' ? object.colour : object.shape;

const readings: readonly Reading[] = [
  reading('what (color|shape) is the P', (scene, asked, words) => about(the(scene, words!), asked!)),
  reading('what (color|shape) is (?:the object )?S the P', (scene, asked, where, words) => {
    const anchor = the(scene, words!);
    const found = scene.objects.filter((object) => object !== anchor && stands(object, where!, anchor));
    return about(only(found, `${where} ${words}`), asked!);
  }),
  reading('how many P are there', (scene, words) => String(fitting(scene, words!).length)),
  reading('is there an? P', (scene, words) => yes(fitting(scene, words!).length > 0)),
  reading('is there an? P and an? P', (scene, a, b) =>
    yes(fitting(scene, a!).length > 0 && fitting(scene, b!).length > 0),
  ),
  reading('is the P left or right of the P', (scene, a, b) =>
    the(scene, a!).x < the(scene, b!).x ? 'left' : 'right',
  ),
  reading('is the P above or below the P', (scene, a, b) =>
    the(scene, a!).y < the(scene, b!).y ? 'above' : 'below',
  ),
  reading('is the P S the P', (scene, a, where, b) => yes(stands(the(scene, a!), where!, the(scene, b!)))),
  reading('is the P larger than the P', (scene, a, b) => yes(the(scene, a!).radius > the(scene, b!).radius)),
  reading('are the P and the P the same (color|shape)', (scene, a, b, asked) =>
    yes(about(the(scene, a!), asked!) === about(the(scene, b!), asked!)),
  ),
  reading('are there more P than P', (scene, a, b) =>
    yes(fitting(scene, a!).length > fitting(scene, b!).length),
  ),
  reading(`is the P (?:an? )?(${colourWords}|${shapeWords})`, (scene, words, said) =>
    yes([the(scene, words!).colour, the(scene, words!).shape].includes(said as never)),
  ),
];

/** The answer to a question; throws where it cannot be read, or asks about something that is not there. */
export function answerTo(scene: Scene, question: string): string {
  const text = question.toLowerCase();
  for (const [pattern, answer] of readings) {
    const match = pattern.exec(text);
    if (match) return answer(scene, ...match.slice(1));
  }
  throw new Error(`a question of no known kind: ${question}`);
}

/** What an expression refers to; throws where that is none or several. */
export function referent(scene: Scene, expression: string): SceneObject {
  const text = expression.replace(/^the /u, '');
  const related = new RegExp(`^(${phrase}) (${side}) the (${phrase})$`, 'u').exec(text);
  if (related) {
    const anchor = the(scene, related[3]!);
    const found = fitting(scene, related[1]!).filter(
      (object) => object !== anchor && stands(object, related[2]!, anchor),
    );
    return only(found, expression);
  }
  const outermost = new RegExp(`^(leftmost|rightmost|top|bottom) (${phrase})$`, 'u').exec(text);
  if (!outermost) return the(scene, text);
  const [, word, words] = outermost;
  const place = ({ x, y }: SceneObject): number =>
    ({ leftmost: x, rightmost: -x, top: y, bottom: -y })[word as 'leftmost'];
  const [first, second] = fitting(scene, words!).sort((a, b) => place(a) - place(b));
  if (!first || !second) throw new Error(`"${expression}" needs several to choose from`);
  if (place(second) - place(first) < 5) throw new Error(`"${expression}" is too close to call`);
  return first;
}

const counts = ['zero', 'one', 'two', 'three', 'four', 'five', 'six'];

function holds(scene: Scene, clause: string): boolean {
  const related = new RegExp(`^an? (${phrase}) (${side}) an? (${phrase})$`, 'u').exec(clause);
  if (related) {
    const [, a, where, b] = related;
    return fitting(scene, a!).some((object) =>
      fitting(scene, b!).some((anchor) => anchor !== object && stands(object, where!, anchor)),
    );
  }
  const some = new RegExp(`^(an?|${counts.join('|')}) (${phrase})$`, 'u').exec(clause);
  if (!some) throw new Error(`a clause of no known kind: ${clause}`);
  const found = fitting(scene, some[2]!).length;
  return some[1]!.startsWith('a') ? found > 0 : found === counts.indexOf(some[1]!);
}

/** Whether a caption describes the scene. */
export function describes(scene: Scene, caption: string): boolean {
  const said = caption.replace(/^(there is|a picture of|an image with) /u, '');
  return said.split(/, | and /u).every((clause) => holds(scene, clause));
}
