/** Joins references with boxes and images: every sentence is an example. */
import { MdpdError } from '@mdpd/core';
import { joinRows } from '@mdpd/data/row-list';
import type { RefcocoFiles } from './data-schema.ts';
import { BoxChecker } from './box-checker.ts';
import { ExpressionTable, type ExpressionList } from './expressions.ts';
import { imageFolders } from './image-folders.ts';
import type { Instances } from './instances.ts';
import { readInstances, readReferences } from './refer-files.ts';
import type { Reference, ReferenceTable } from './references.ts';

export interface ReferQuery {
  /** Absolute. */
  readonly root: string;
  readonly files: RefcocoFiles;
  readonly images: string | undefined;
  readonly directory: string;
  warn(message: string): void;
}

/** All expressions of a data set by split. */
export interface ReferData {
  /** Those of the splits, one after the other, in the file's order. */
  expressions(splits: readonly string[]): Promise<ExpressionList>;
}

const invalid = (message: string, place: string): MdpdError =>
  new MdpdError('REFCOCO_INVALID', message, { place });

function joined({ annotation, image }: Reference, instances: Instances) {
  const { file } = instances;
  const found = instances.annotation(annotation);
  if (!found) throw invalid(`the references name annotation ${annotation}, which is not there`, file);
  const place = `${file}, annotation ${annotation}`;
  if (found.image !== image) {
    throw invalid(`it is of image ${found.image}, its reference of image ${image}`, place);
  }
  const listed = instances.image(image);
  if (!listed) throw invalid(`it is of image ${image}, which is not among the images`, place);
  return { box: found.box, listed, place };
}

/** Reads both files once. Throws what their readers throw. */
export async function openRefer(query: ReferQuery): Promise<ReferData> {
  const { root, files, images, directory, warn } = query;
  const references = await readReferences(root, files);
  const instances = await readInstances(root, files, references);
  const folders = imageFolders(root, images, directory, instances.file);

  const ofSplit = async (split: string): Promise<ExpressionList> => {
    const origin = `${files.name}:${split}`;
    const boxes = new BoxChecker();
    const expressions = new ExpressionTable(split);
    let empty = 0;
    for (let index = 0; index < references.size; index++) {
      if (references.split(index) !== split) continue;
      const reference = references.at(index);
      const { box: found, listed, place } = joined(reference, instances);
      const box = boxes.check(found, listed, place);
      const image = await folders.find(listed.name);
      for (const text of reference.sentences) {
        if (text === '') empty++;
        else expressions.push({ image, text, box, size: listed });
      }
    }
    if (empty > 0) warn(`${origin}: ${empty} sentences without a word are left out`);
    const clipped = boxes.warning(origin);
    if (clipped !== undefined) warn(clipped);
    if (expressions.size > 0) return expressions;
    throw nothingIn(split, files, references);
  };
  return { expressions: async (splits) => joinRows(await Promise.all(splits.map(ofSplit))) };
}

function nothingIn(split: string, { name, splitBy }: RefcocoFiles, { splits }: ReferenceTable): MdpdError {
  const allowed = splits.length > 0 ? [...splits].sort() : 'the file has no references at all';
  const message = `${name} (${splitBy}) has no expressions in its split "${split}"`;
  return new MdpdError('DATA_EMPTY', message, { place: 'data', allowed });
}
