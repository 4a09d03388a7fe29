/** Joins references with boxes and images: every sentence is an example. */
import { MdpdError } from '@mdpd/core';
import type { RefcocoFiles } from './data-schema.ts';
import { BoxChecker, type Expression } from './example.ts';
import { imageFolders } from './image-folders.ts';
import { readInstances, readReferences, type Instances, type Reference } from './refer-files.ts';

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
  expressions(splits: readonly string[]): Promise<Expression[]>;
}

const invalid = (message: string, place: string): MdpdError =>
  new MdpdError('REFCOCO_INVALID', message, { place });

function joined({ annotation, image }: Reference, { file, annotations, images }: Instances) {
  const found = annotations.get(annotation);
  if (!found) throw invalid(`the references name annotation ${annotation}, which is not there`, file);
  const place = `${file}, annotation ${annotation}`;
  if (found.image !== image) {
    throw invalid(`it is of image ${found.image}, its reference of image ${image}`, place);
  }
  const listed = images.get(image);
  if (!listed) throw invalid(`it is of image ${image}, which is not among the images`, place);
  return { box: found.box, listed, place };
}

/** Reads both files once. Throws what their readers throw. */
export async function openRefer(query: ReferQuery): Promise<ReferData> {
  const { root, files, images, directory, warn } = query;
  const references = await readReferences(root, files);
  const instances = await readInstances(root, files, references);
  const folders = imageFolders(root, images, directory, instances.file);

  const ofSplit = async (split: string): Promise<Expression[]> => {
    const origin = `${files.name}:${split}`;
    const boxes = new BoxChecker();
    const expressions: Expression[] = [];
    let empty = 0;
    for (const reference of references.filter((each) => each.split === split)) {
      const { box: values, listed, place } = joined(reference, instances);
      const box = boxes.check(values, listed, place);
      const image = await folders.find(listed.name);
      for (const text of reference.sentences) {
        if (text === '') empty++;
        else expressions.push({ image, text, box, size: listed, part: split });
      }
    }
    if (empty > 0) warn(`${origin}: ${empty} sentences without a word are left out`);
    const clipped = boxes.warning(origin);
    if (clipped !== undefined) warn(clipped);
    if (expressions.length > 0) return expressions;
    const splits = [...new Set(references.map((each) => each.split))].sort();
    throw new MdpdError(
      'DATA_EMPTY',
      `${files.name} (${files.splitBy}) has no expressions in its split "${split}"`,
      {
        place: 'data',
        allowed: splits.length > 0 ? splits : 'the file has no references at all',
      },
    );
  };
  return { expressions: async (splits) => (await Promise.all(splits.map(ofSplit))).flat() };
}
