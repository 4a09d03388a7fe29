/** What is said about scenes is true, and refers to what it should: checked by a reader of its own. */
import { createRandom } from '@mdpd/tensor/random';
import { describe, expect, it } from 'vitest';
import { answerTo, describes, referent } from '../testing/scene-checker.ts';
import { captionsOf } from './captions.ts';
import { QuestionChooser } from './choose-questions.ts';
import { expressionsOf } from './expressions.ts';
import { answerTypeOf, families, questionTypeOf, type Question } from './question.ts';
import { createScene, type Scene } from './scene.ts';

const root = createRandom(11, 'language test');

interface Asked {
  readonly scene: Scene;
  readonly questions: readonly Question[];
}

function ask(part: string, count: number): Asked[] {
  const chooser = new QuestionChooser();
  return Array.from({ length: count }, (_, index) => {
    const random = root.fork(`${part}/${index}`);
    const scene = createScene(random.fork('scene'));
    return { scene, questions: chooser.choose(random, scene) };
  });
}

const train = ask('train', 1200);
const questions = train.flatMap((each) => each.questions);

function mostFrequent(answers: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0];
}

const shareOf = (answers: readonly string[], answer: string): number =>
  answers.filter((each) => each === answer).length / answers.length;

function groupBy(values: readonly Question[], key: (question: Question) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value.answer]);
  return groups;
}

describe('questions', () => {
  it('have true answers, and so have those that follow from them', () => {
    let checked = 0;
    for (const { scene, questions: asked } of train) {
      for (const question of asked.flatMap((each) => [each, ...(each.entailed ?? [])])) {
        expect([question.text, answerTo(scene, question.text)]).toEqual([question.text, question.answer]);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(14_000);
  });

  it('are of all families, about ten to a scene, no two of a scene alike', () => {
    expect(new Set(questions.map(({ family }) => family))).toEqual(new Set(Object.keys(families)));
    expect(questions.length / train.length).toBeGreaterThan(10);
    for (const { questions: asked } of train) {
      expect(new Set(asked.map(({ text }) => text)).size).toBe(asked.length);
    }
  });

  it('have the words of the objects that they mention', () => {
    for (const { text, mentions } of questions) {
      const words = text.replace('?', '').split(' ');
      for (const [range, object] of Object.entries(mentions)) {
        const [start, end = Number(range) + 1] = range.split(':').map(Number) as [number, number?];
        const named = words.slice(start, end).filter((word) => !['a', 'an', 'object'].includes(word));
        expect(named.length).toBeGreaterThan(0);
        for (const word of named) expect([object.size, object.colour, object.shape]).toContain(word);
      }
    }
  });

  it('have programs whose steps look back, and the types of VQA v2', () => {
    for (const question of questions) {
      for (const [index, { dependencies }] of question.program.entries()) {
        for (const earlier of dependencies) expect(earlier).toBeLessThan(index);
      }
      expect(question.text.toLowerCase().startsWith(questionTypeOf(question))).toBe(true);
      expect(question.fullAnswer).toMatch(/^[A-Z].*\.$/u);
    }
    const types = questions.map(answerTypeOf);
    expect(shareOf(types, 'yes/no')).toBeGreaterThan(0.3);
    expect(shareOf(types, 'yes/no')).toBeLessThan(0.45);
    expect(shareOf(types, 'number')).toBeGreaterThan(0.1);
  });

  it('cannot be answered by the most frequent answer, nor without the image', () => {
    const answers = questions.map(({ answer }) => answer);
    expect(shareOf(answers, mostFrequent(answers))).toBeLessThan(0.22);
    for (const [, given] of groupBy(questions, ({ family }) => family)) {
      const kinds = new Set(given).size;
      expect(shareOf(given, mostFrequent(given))).toBeLessThan(kinds === 2 ? 0.53 : 0.32);
    }
    // A model of the question alone: the most frequent answer to this very question, else to its family.
    const [byText, byFamily] = [
      groupBy(questions, ({ text }) => text),
      groupBy(questions, ({ family }) => family),
    ];
    const unseen = ask('validation', 400).flatMap((each) => each.questions);
    const right = unseen.filter(
      ({ text, family, answer }) => mostFrequent(byText.get(text) ?? byFamily.get(family)!) === answer,
    );
    expect(right.length / unseen.length).toBeLessThan(0.36);
  });
});

describe('expressions', () => {
  it.each(['refcoco', 'refcoco+', 'refcocog'] as const)(
    'of %s refer to their object and to no other',
    (style) => {
      let checked = 0;
      for (let index = 0; index < 300; index++) {
        const random = root.fork(`expressions/${index}`);
        const scene = createScene(random.fork('scene'));
        for (const object of scene.objects) {
          const said = expressionsOf(random, scene, object, style, 3);
          expect(new Set(said).size).toBe(said.length);
          for (const expression of said)
            expect([expression, referent(scene, expression)]).toEqual([expression, object]);
          if (style === 'refcoco+') expect(said.join(' ')).not.toMatch(/left|right|top|bottom|above|below/u);
          if (style === 'refcocog') for (const each of said) expect(each).toMatch(/^the \w+ \w+/u);
          checked += said.length;
        }
      }
      expect(checked).toBeGreaterThan(2500);
    },
  );

  it('name places in about two thirds of RefCOCO', () => {
    const said: string[] = [];
    for (let index = 0; index < 200; index++) {
      const random = root.fork(`places/${index}`);
      const scene = createScene(random.fork('scene'));
      for (const object of scene.objects) said.push(...expressionsOf(random, scene, object, 'refcoco', 3));
    }
    const placed = said.filter((each) => /left|right|top|bottom|above|below/u.test(each));
    expect(placed.length / said.length).toBeGreaterThan(0.5);
    expect(placed.length / said.length).toBeLessThan(0.8);
  });
});

describe('captions', () => {
  it('are true, and their foils false by one changed word', () => {
    let checked = 0;
    for (let index = 0; index < 400; index++) {
      const random = root.fork(`captions/${index}`);
      const scene = createScene(random.fork('scene'));
      const captions = captionsOf(random, scene, 5);
      expect(captions.length).toBeGreaterThan(0);
      expect(new Set(captions.map(({ caption }) => caption)).size).toBe(captions.length);
      for (const { caption, foil, target, foilWord } of captions) {
        expect([caption, describes(scene, caption)]).toEqual([caption, true]);
        expect([foil, describes(scene, foil)]).toEqual([foil, false]);
        // Articles and plurals follow the word.
        const [before, after] = [caption, foil].map((text) => text.replaceAll(/\ban\b/gu, 'a').split(' '));
        const changed = before!.filter((word, at) => word !== after![at]);
        expect([before!.length, changed.length]).toEqual([after!.length, 1]);
        expect(changed[0]).toContain(target);
        expect(foil).toContain(foilWord);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(1800);
  });
});
