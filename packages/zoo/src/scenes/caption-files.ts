/** Captions in the file of COCO, and with their foils in that of FOIL-COCO. */
import { join } from 'node:path';
import { captionsOf } from './captions.ts';
import { createListFile } from './json-file.ts';
import { cocoImage, info, licenses, type SceneImage } from './scene-image.ts';

/** Of an image, as in COCO. */
const captionsEach = 5;

/**
 * Writes `annotations/captions_<subtype>.json`, and `foil_<subtype>.json` in which every caption is followed by the same
 * with a word that makes it false.
 */
export async function writeCaptions(
  folder: string,
  images: readonly SceneImage[],
  subtype: string,
): Promise<void> {
  const head = { info, images: images.map(cocoImage), licenses };
  const file = (name: string) =>
    createListFile(join(folder, 'annotations', `${name}_${subtype}.json`), head, 'annotations');
  const [captions, foils] = [await file('captions'), await file('foil')];
  let id = 0;
  for (const { id: image_id, scene, random } of images) {
    const said = captionsOf(random.fork('captions'), scene, captionsEach);
    for (const [index, { caption, foil, target, foilWord }] of said.entries()) {
      const foil_id = image_id * 10 + index;
      await captions.add({ image_id, id: foil_id, caption });
      const shared = { image_id, foil_id, target_word: target };
      await foils.add({ ...shared, id: id++, caption, foil_word: 'ORIG', foil: false });
      await foils.add({ ...shared, id: id++, caption: foil, foil_word: foilWord, foil: true });
    }
  }
  await captions.close();
  await foils.close();
}
