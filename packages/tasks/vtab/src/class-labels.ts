/** Joins the classes of several splits: training says which there are, the others must not have more. */
import { didYouMean, MdpdError, type SplitName } from '@mdpd/core';
import { qualifiedName, type ImageClass, type OpenedSplit } from '@mdpd/data/open-split';

/** Classes that a message lists. */
const listed = 20;

function listLabels(labels: readonly string[]): string {
  const more = labels.length > listed ? ` and ${labels.length - listed} more` : '';
  return `${labels.slice(0, listed).join(', ')}${more}`;
}

/** Class names of the training split, in label order. Throws DATA_CLASSES where there are fewer than two. */
export function trainingLabels({ images, classes }: OpenedSplit): readonly string[] {
  const fail = (message: string): never => {
    throw new MdpdError('DATA_CLASSES', message, {
      place: 'data.train',
      allowed: 'two classes or more: a folder for each, with its images inside',
      exitCode: 2,
    });
  };
  if (!classes || !images.labels) return fail(`the images of ${images.origin} have no classes`);
  const { labels } = images;
  if (labels.length < 2)
    return fail(`${images.origin} has a single class, "${labels[0]}": there is nothing to learn`);
  const first = images.label(0);
  for (let index = 1; index < images.size; index++) if (images.label(index) !== first) return labels;
  return fail(`all ${images.size} images of ${images.origin} are of one class, "${labels[first!]}"`);
}

/** Label of a class among `labels`: by its name with the source (`mnist/7`) where they have it, else by the name. */
function findLabel(entry: ImageClass, labels: readonly string[]): number {
  const qualified = labels.indexOf(qualifiedName(entry));
  return qualified >= 0 ? qualified : labels.indexOf(entry.name);
}

/** Whether a split's classes have nothing in common with `labels`. */
export function isForeign({ classes }: OpenedSplit, labels: readonly string[]): boolean {
  return classes !== undefined && classes.every((entry) => findLabel(entry, labels) < 0);
}

/**
 * From a split's own labels to the position of the class in `labels`.
 * Throws DATA_CLASSES naming the first class that `labels` lack, or the split where its images have no classes.
 */
export function relabeler(
  split: SplitName,
  opened: OpenedSplit,
  labels: readonly string[],
): (label: number) => number {
  const { images, classes } = opened;
  if (!classes) {
    throw new MdpdError('DATA_CLASSES', `the images of ${images.origin} have no classes`, {
      place: `data.${split}`,
      allowed: `one folder for each class: ${listLabels(labels)}`,
      exitCode: 2,
    });
  }
  const map = classes.map((entry) => {
    const label = findLabel(entry, labels);
    if (label >= 0) return label;
    throw new MdpdError(
      'DATA_CLASSES',
      `the class "${entry.name}" of ${images.origin} is none of the model's classes`,
      {
        place: `data.${split}`,
        allowed: listLabels(labels),
        fix:
          didYouMean(entry.name, labels) ??
          `add images of it to the training data, or remove it from ${images.origin}`,
        exitCode: 2,
      },
    );
  });
  return (label) => map[label]!;
}
