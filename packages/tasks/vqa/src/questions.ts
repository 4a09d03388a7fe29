/** Questions about images in memory: half a million with ten answers each, without as many JavaScript objects. */
import type { RowList } from '@mdpd/data/row-list';
import { CompactColumn } from '@mdpd/data/text/compact-column';
import { Distinct } from '@mdpd/data/text/distinct';
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

export type QuestionList = RowList<Question>;

export class QuestionTable implements QuestionList {
  private readonly ids = new CompactColumn();
  private readonly texts = new CompactColumn();
  private readonly images = new Growable(Int32Array);
  private readonly imageNames = new Distinct();
  /** By number of the name; where images were not looked for, names are paths. */
  private readonly imagePaths: string[] = [];
  private readonly shared = new Distinct();
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

  /** `image` is a path, or a name for `locate`. */
  push({ id, text, image, answers, answer, details }: Question): void {
    if (typeof id === 'number') this.ids.pushNumber(id);
    else this.ids.pushString(id);
    this.texts.pushString(text);
    this.images.push(this.imageNames.number(image));
    for (const each of answers) this.answers.push(this.shared.number(each));
    this.ends.push(this.answers.length);
    this.answer.push(answer === undefined ? -1 : this.shared.number(answer));
    this.details.push(this.detailNumber(details));
  }

  /** Replaces names of images by paths; asks for each once, also where it is called again after more questions. */
  async locate(find: (name: string) => Promise<string>): Promise<void> {
    while (this.imagePaths.length < this.imageNames.size)
      this.imagePaths.push(await find(this.imageNames.text(this.imagePaths.length)));
  }

  at(index: number): Question {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`question ${index} of ${this.size}`);
    const start = index === 0 ? 0 : this.ends.at(index - 1);
    const count = this.ends.at(index) - start;
    const answer = this.answer.at(index);
    const image = this.images.at(index);
    return {
      id: this.ids.value(index)!,
      text: this.texts.value(index) as string,
      image: this.imagePaths[image] ?? this.imageNames.text(image),
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
