/** References of REFER in memory: half a million without as many JavaScript objects. */
import { CompactColumn } from '@mdpd/data/text/compact-column';
import { Distinct } from '@mdpd/data/text/distinct';
import { Growable } from '@mdpd/data/text/growable';

/** An object and what was said about it. */
export interface Reference {
  readonly annotation: number;
  readonly image: number;
  readonly split: string;
  readonly sentences: readonly string[];
}

export class ReferenceTable {
  private readonly annotationIds = new Growable(Float64Array);
  private readonly imageIds = new Growable(Float64Array);
  private readonly splitNames = new Distinct();
  private readonly splitNumbers = new Growable(Int32Array);
  private readonly sentences = new CompactColumn();
  private readonly ends = new Growable(Int32Array);

  get size(): number {
    return this.ends.length;
  }

  /** Sentences of all references. */
  get sentenceCount(): number {
    return this.sentences.size;
  }

  /** In the order of their first reference. */
  get splits(): readonly string[] {
    return this.splitNames.all();
  }

  push({ annotation, image, split, sentences }: Reference): void {
    this.annotationIds.push(annotation);
    this.imageIds.push(image);
    this.splitNumbers.push(this.splitNames.number(split));
    for (const each of sentences) this.sentences.pushString(each);
    this.ends.push(this.sentences.size);
  }

  /** Numbers of the annotations that are referred to. */
  annotations(): ReadonlySet<number> {
    return new Set(this.annotationIds.finish());
  }

  /** Numbers of the images that are referred to. */
  images(): ReadonlySet<number> {
    return new Set(this.imageIds.finish());
  }

  split(index: number): string {
    return this.splitNames.text(this.splitNumbers.at(index));
  }

  at(index: number): Reference {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`reference ${index} of ${this.size}`);
    const start = index === 0 ? 0 : this.ends.at(index - 1);
    return {
      annotation: this.annotationIds.at(index),
      image: this.imageIds.at(index),
      split: this.split(index),
      sentences: Array.from(
        { length: this.ends.at(index) - start },
        (_, at) => this.sentences.value(start + at) as string,
      ),
    };
  }
}
