/** Preprocessing that keeps every object. */
import type { ImageTextReader } from '@mdpd/data/image-text/reader';

/**
 * The reader with images resized straight to the backbone's input, each side by itself: neither a crop, which would lose
 * objects (CLIP's), nor a border. So boxes are shares of the image before and after, whatever its size, and a prediction
 * only has to be stretched back.
 */
export function wholeImages(reader: ImageTextReader): ImageTextReader {
  const { height, width } = reader.preprocessing;
  return { ...reader, preprocessing: { ...reader.preprocessing, resize: { height, width } } };
}
