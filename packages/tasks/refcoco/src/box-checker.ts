/** Which boxes are worth learning. */
import { MdpdError } from '@mdpd/core';
import { clipBox, type Box, type ImageSize } from './box-geometry.ts';

/** Further than this beyond the border, in pixels, is worth a warning; less is rounding. */
const tolerance = 0.5;

/** Checks boxes, and counts those that leave their images. */
export class BoxChecker {
  private clipped = 0;
  private first: string | undefined;

  /** Takes what a BoxColumn gives. Throws REFCOCO_INVALID, naming `place`, where there is no box, or none within the image. */
  check(box: Box | string, size: ImageSize, place: string): Box {
    const invalid = (message: string, fix?: string): MdpdError =>
      new MdpdError('REFCOCO_INVALID', message, { place, fix });
    if (typeof box === 'string')
      throw invalid(`the box is ${box} instead of four numbers`, 'correct the box, or leave its entry out');
    const [x, y, width, height] = box;
    if (!(width > 0 && height > 0))
      throw invalid(
        `the box is ${width} x ${height} pixels: there is nothing in it`,
        'correct the box, or leave its entry out',
      );
    const inside = clipBox(box, size);
    if (!(inside[2] > 0 && inside[3] > 0)) {
      throw invalid(
        `the box [${box.join(', ')}] lies outside of its image of ${size.width} x ${size.height} pixels`,
        'boxes are in pixels of the original image; see whether the corners are x, y, width, height',
      );
    }
    const beyond = Math.max(-x, -y, x + width - size.width, y + height - size.height);
    if (beyond > tolerance) {
      this.clipped++;
      this.first ??= place;
    }
    return inside;
  }

  /** What to tell the user, if anything. */
  warning(origin: string): string | undefined {
    if (this.clipped === 0) return undefined;
    const boxes = this.clipped === 1 ? 'a box reaches' : `${this.clipped} boxes reach`;
    return `${origin}: ${boxes} beyond the border of the image and ${this.clipped === 1 ? 'is' : 'are'} clipped; the first: ${this.first}`;
  }
}
