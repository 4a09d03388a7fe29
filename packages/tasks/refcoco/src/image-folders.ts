/** Finds the images that files of COCO name. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MdpdError } from '@mdpd/core';
import { ContainedFiles } from '@mdpd/data/contained-files';
import { containedPath } from '@mdpd/data/contained-path';

/** Folder of COCO that a name says: `COCO_train2014_000000581857.jpg`. All of RefCOCO's are train2014. */
const subtypeOf = (name: string): string => /^COCO_([A-Za-z]+\d{4})_/u.exec(name)?.[1] ?? 'train2014';

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );

export interface ImageFolders {
  /** Absolute path of the image. Throws DATA_MISSING where its folder is nowhere, DATA_PATH where its name, or a link, leaves it. */
  find(name: string): Promise<string>;
}

/**
 * @param root - absolute
 * @param images - the recipe's `data.images`: a folder of images, or one that has folders of COCO's names
 * @param place - file that names the images, for messages
 */
export function imageFolders(
  root: string,
  images: string | undefined,
  directory: string,
  place: string,
): ImageFolders {
  const found = new Map<string, Promise<string>>();
  const contained = new Map<string, ContainedFiles>();
  const candidates = (subtype: string): string[] => {
    if (images !== undefined) return [resolve(directory, images, subtype), resolve(directory, images)];
    const usual = [`images/mscoco/images/${subtype}`, subtype, `images/${subtype}`, `coco/${subtype}`];
    return [...usual.map((each) => join(root, each)), join(root, '..', subtype)];
  };
  const look = async (subtype: string): Promise<string> => {
    const all = candidates(subtype);
    for (const each of all) if (await isFolder(each)) return each;
    throw new MdpdError('DATA_MISSING', `there is no folder with the images of ${subtype}`, {
      place: images === undefined ? 'data.root' : 'data.images',
      allowed: all,
      fix: `name the folder that holds ${subtype}: data.images=FOLDER`,
      exitCode: 2,
    });
  };
  return {
    async find(name) {
      const subtype = subtypeOf(name);
      const folder = found.get(subtype) ?? look(subtype);
      found.set(subtype, folder);
      const root = await folder;
      const path = containedPath(root, name, place);
      const files = contained.get(root) ?? new ContainedFiles(root);
      contained.set(root, files);
      // One that is not there is told of when it is read.
      await files.has(path, place);
      return path;
    },
  };
}
