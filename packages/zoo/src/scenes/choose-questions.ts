/**
 * Chooses among all questions of a scene so that the question alone says little: over many scenes every wording gets its
 * answers equally often, and so does every family.
 */
import type { RandomSource } from '@mdpd/core';
import { shuffle } from '@mdpd/tensor/random';
import { attributeQuestions } from './attribute-questions.ts';
import type { Family, Question } from './question.ts';
import { relationQuestions } from './relation-questions.ts';
import type { Scene } from './scene.ts';
import { setQuestions } from './set-questions.ts';

/** Asked of each scene, in the proportions of VQA v2: somewhat more than a third are to be answered by yes or no. */
const menu: readonly (readonly Family[])[] = [
  ['colour'],
  ['colour'],
  ['shape'],
  ['shape'],
  ['count'],
  ['count'],
  ['chooseRelation'],
  ['exist', 'logical'],
  ['verifyRelation'],
  ['compare'],
  ['verifyAttribute'],
];

/** Most of a family's questions that one answer may have, where its natural share is far from equal. */
const mostShare = { colour: 0.15, shape: 0.2, count: 0.25 } as const;
/** Answers are counted before shares mean something. */
const settled = 40;

class Tally {
  private readonly counts = new Map<string, Map<string, number>>();

  of(key: string, answer: string): number {
    return this.counts.get(key)?.get(answer) ?? 0;
  }

  total(key: string): number {
    let sum = 0;
    for (const count of this.counts.get(key)?.values() ?? []) sum += count;
    return sum;
  }

  add(key: string, answer: string): void {
    const counts = this.counts.get(key) ?? new Map<string, number>();
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
    this.counts.set(key, counts);
  }
}

/** `What color is the circle?` of every scene, and the last word of `Is the circle red?` aside. */
const wordingOf = ({ family, text }: Question): string => `${family}: ${text}`;

function allQuestions(random: RandomSource, scene: Scene): Question[] {
  const all = [
    ...attributeQuestions(random, scene),
    ...relationQuestions(scene),
    ...setQuestions(random, scene),
  ];
  return Array.from(shuffle(random, all.length), (index) => all[index]!);
}

export class QuestionChooser {
  private readonly byWording = new Tally();
  private readonly byFamily = new Tally();

  private isTooMuch({ family, answer }: Question): boolean {
    const most = (mostShare as Partial<Record<Family, number>>)[family];
    const total = this.byFamily.total(family);
    return most !== undefined && total >= settled && this.byFamily.of(family, answer) >= most * total;
  }

  /** How much too often the answer has been given already: first to this wording, then in this family. */
  private excess(question: Question): number {
    const { family, answer } = question;
    const wording = wordingOf(question);
    // An answer that the wording has not had counts against one that it has: pairs are completed first.
    const own = 2 * this.byWording.of(wording, answer) - this.byWording.total(wording);
    const share = this.byFamily.of(family, answer) / (1 + this.byFamily.total(family));
    return own + share;
  }

  /** The questions of one scene, in random order; no two alike. */
  choose(random: RandomSource, scene: Scene): Question[] {
    const left = new Map(allQuestions(random, scene).map((question) => [question.text, question]));
    const chosen: Question[] = [];
    for (const wanted of menu) {
      let best: Question | undefined;
      let least = Infinity;
      for (const question of left.values()) {
        if (!wanted.includes(question.family) || this.isTooMuch(question)) continue;
        const excess = this.excess(question);
        if (excess < least) [best, least] = [question, excess];
      }
      if (!best) continue;
      left.delete(best.text);
      this.byWording.add(wordingOf(best), best.answer);
      this.byFamily.add(best.family, best.answer);
      chosen.push(best);
    }
    return Array.from(shuffle(random, chosen.length), (index) => chosen[index]!);
  }
}
