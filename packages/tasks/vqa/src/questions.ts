/** Questions about images in memory: half a million with ten answers each, without as many JavaScript objects. */
import { CompactColumn } from '@mdpd/data/text/compact-column';
import { Growable } from '@mdpd/data/text/growable';

export interface Question {
  /** As the file has it: a number in VQA v2, a text in GQA. */
  readonly id: string | number;
  readonly text: string;
  /** Absolute path. */
  readonly image: string;
  /** What people answered; ten in VQA v2, none where only a server knows. */
  readonly answers: readonly string[];
  /** The answer that vocabularies are made of; undefined as above. */
  readonly answer: string | undefined;
  readonly details: QuestionDetails;
}

/** What metrics tell apart. */
export interface QuestionDetails {
  /** VQA v2: `yes/no`, `number`, `other`. */
  readonly answerType?: string;
  /** VQA v2: the first words. */
  readonly questionType?: string;
  /** GQA: `query`, `verify`, … */
  readonly structural?: string;
  /** GQA: `obj`, `attr`, … */
  readonly semantic?: string;
  /** GQA: questions whose answers are compared as a distribution. */
  readonly group?: string;
  /** GQA: false where the question is left out of all metrics. */
  readonly balanced?: boolean;
}

export interface QuestionList {
  readonly size: number;
  at(index: number): Question;
}

/** Texts by number, each kept once. */
class Distinct {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  number(text: string): number {
    let found = this.numbers.get(text);
    if (found === undefined) {
      found = this.texts.push(text) - 1;
      this.numbers.set(text, found);
    }
    return found;
  }

  text(number: number): string {
    return this.texts[number]!;
  }
}

export class QuestionTable implements QuestionList {
  private readonly ids = new CompactColumn();
  private readonly texts = new CompactColumn();
  private readonly shared = new Distinct();
  private readonly images = new Growable(Int32Array);
  private readonly answers = new Growable(Int32Array);
  private readonly ends = new Growable(Int32Array);
  /** −1: there is none. */
  private readonly answer = new Growable(Int32Array);
  private readonly details = new Growable(Int32Array);
  private readonly detailNumbers = new Map<string, number>();
  private readonly detailValues: QuestionDetails[] = [];

  get size(): number {
    return this.ids.size;
  }

  push({ id, text, image, answers, answer, details }: Question): void {
    if (typeof id === 'number') this.ids.pushNumber(id);
    else this.ids.pushText(this.ids.addText(Buffer.from(id)));
    this.texts.pushText(this.texts.addText(Buffer.from(text)));
    this.images.push(this.shared.number(image));
    for (const each of answers) this.answers.push(this.shared.number(each));
    this.ends.push(this.answers.length);
    this.answer.push(answer === undefined ? -1 : this.shared.number(answer));
    this.details.push(this.detailNumber(details));
  }

  at(index: number): Question {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`question ${index} of ${this.size}`);
    const start = index === 0 ? 0 : this.ends.at(index - 1);
    const count = this.ends.at(index) - start;
    const answer = this.answer.at(index);
    return {
      id: this.ids.value(index)!,
      text: this.texts.value(index) as string,
      image: this.shared.text(this.images.at(index)),
      answers: Array.from({ length: count }, (_, at) => this.shared.text(this.answers.at(start + at))),
      answer: answer < 0 ? undefined : this.shared.text(answer),
      details: this.detailValues[this.details.at(index)]!,
    };
  }

  private detailNumber(details: QuestionDetails): number {
    const key = JSON.stringify(details);
    let found = this.detailNumbers.get(key);
    if (found === undefined) {
      found = this.detailValues.push(details) - 1;
      this.detailNumbers.set(key, found);
    }
    return found;
  }
}

/** Some of the questions, by their numbers. */
export const pickQuestions = (list: QuestionList, numbers: ArrayLike<number>): QuestionList => ({
  size: numbers.length,
  at: (index) => list.at(numbers[index]!),
});

/** One list after the other. */
export function joinQuestions(lists: readonly QuestionList[]): QuestionList {
  if (lists.length === 1) return lists[0]!;
  const starts: number[] = [];
  let size = 0;
  for (const list of lists) {
    starts.push(size);
    size += list.size;
  }
  return {
    size,
    at(index) {
      const part = starts.findLastIndex((start) => start <= index);
      return lists[part]!.at(index - starts[part]!);
    },
  };
}
