/** Images and annotations of `instances.json` in memory, by number. */
import { CompactColumn } from '@mdpd/data/text/compact-column';
import { Growable } from '@mdpd/data/text/growable';
import { BoxColumn } from './box-column.ts';
import type { Box } from './box-geometry.ts';

/** An image as `instances.json` lists it. */
export interface ListedImage {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export interface Annotation {
  /** Number of its image. */
  readonly image: number;
  /** As it stands there, or what stands there instead. */
  readonly box: Box | string;
}

export class Instances {
  /** Path of the file, for messages. */
  readonly file: string;
  private readonly imageRows = new Map<number, number>();
  private readonly names = new CompactColumn();
  /** [size · 2]: width and height. */
  private readonly sizes = new Growable(Int32Array);
  private readonly annotationRows = new Map<number, number>();
  private readonly imageIds = new Growable(Float64Array);
  private readonly boxes = new BoxColumn();

  constructor(file: string) {
    this.file = file;
  }

  addImage(id: number, { name, width, height }: ListedImage): void {
    this.imageRows.set(id, this.names.size);
    this.names.pushString(name);
    this.sizes.push(width);
    this.sizes.push(height);
  }

  /** `box` may be anything. */
  addAnnotation(id: number, image: number, box: unknown): void {
    this.annotationRows.set(id, this.boxes.size);
    this.imageIds.push(image);
    this.boxes.push(box);
  }

  image(id: number): ListedImage | undefined {
    const row = this.imageRows.get(id);
    if (row === undefined) return undefined;
    const name = this.names.value(row) as string;
    return { name, width: this.sizes.at(2 * row), height: this.sizes.at(2 * row + 1) };
  }

  annotation(id: number): Annotation | undefined {
    const row = this.annotationRows.get(id);
    return row === undefined ? undefined : { image: this.imageIds.at(row), box: this.boxes.at(row) };
  }
}
