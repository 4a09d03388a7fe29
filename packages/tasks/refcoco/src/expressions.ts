/** What every file of referring expressions gives, in memory: a million without a million JavaScript objects. */
import type { RowList } from '@mdpd/data/row-list';
import { CompactColumn } from '@mdpd/data/text/compact-column';
import { Distinct } from '@mdpd/data/text/distinct';
import { Growable } from '@mdpd/data/text/growable';
import type { Box, ImageSize } from './box-geometry.ts';

/** An expression, and the box of what it refers to. */
export interface Expression {
  /** Absolute. */
  readonly image: string;
  readonly text: string;
  /** In pixels of the image, within it. */
  readonly box: Box;
  readonly size: ImageSize;
  /** Split of the data set: `testA`. */
  readonly part: string;
}

export type ExpressionList = RowList<Expression>;

/** All expressions of one part. */
export class ExpressionTable implements ExpressionList {
  readonly part: string;
  private readonly paths = new Distinct();
  private readonly images = new Growable(Int32Array);
  private readonly texts = new CompactColumn();
  /** [size · 4] */
  private readonly boxes = new Growable(Float64Array);
  /** [size · 2]: width and height. */
  private readonly sizes = new Growable(Int32Array);

  constructor(part: string) {
    this.part = part;
  }

  get size(): number {
    return this.texts.size;
  }

  push({ image, text, box, size }: Omit<Expression, 'part'>): void {
    this.images.push(this.paths.number(image));
    this.texts.pushString(text);
    this.boxes.pushAll(box);
    this.sizes.push(size.width);
    this.sizes.push(size.height);
  }

  at(index: number): Expression {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`expression ${index} of ${this.size}`);
    const number = (at: number): number => this.boxes.at(4 * index + at);
    return {
      image: this.paths.text(this.images.at(index)),
      text: this.texts.value(index) as string,
      box: [number(0), number(1), number(2), number(3)],
      size: { width: this.sizes.at(2 * index), height: this.sizes.at(2 * index + 1) },
      part: this.part,
    };
  }
}
