/** Views of image sets: a slice, an even sample, several sets in a row. */
import type { ImageSet } from '@mdpd/core';

/** What `indices[i]` of a set is, as example i. */
function selectImages(
  set: ImageSet,
  size: number,
  origin: string,
  indexOf: (index: number) => number,
): ImageSet {
  return {
    size,
    origin,
    labels: set.labels,
    label: (index) => set.label(indexOf(index)),
    place: (index) => set.place(indexOf(index)),
    read: (index) => set.read(indexOf(index)),
  };
}

/** Examples start … stop − 1. */
export function sliceImages(set: ImageSet, start: number, stop: number, origin: string): ImageSet {
  if (start === 0 && stop === set.size) return set;
  return selectImages(set, stop - start, origin, (index) => start + index);
}

/** At most `limit` examples, evenly spread, so that a set that is sorted by class keeps its classes. */
export function limitImages(set: ImageSet, limit: number | undefined): ImageSet {
  if (limit === undefined || limit >= set.size) return set;
  return selectImages(set, limit, set.origin, (index) => Math.floor((index * set.size) / limit));
}

/** The sets one after the other; `labels` maps the label of an example of set `part` to the joint one. */
export function joinImages(
  sets: readonly ImageSet[],
  labels: readonly string[] | undefined,
  relabel: (part: number, label: number) => number,
): ImageSet {
  const starts: number[] = [];
  let size = 0;
  for (const set of sets) {
    starts.push(size);
    size += set.size;
  }
  const find = (index: number): { part: number; set: ImageSet; inner: number } => {
    let part = starts.length - 1;
    while (starts[part]! > index) part--;
    return { part, set: sets[part]!, inner: index - starts[part]! };
  };
  return {
    size,
    origin: sets.map((set) => set.origin).join(' + '),
    labels,
    label(index) {
      const { part, set, inner } = find(index);
      const label = set.label(inner);
      return label === undefined ? undefined : relabel(part, label);
    },
    place(index) {
      const { set, inner } = find(index);
      return set.place(inner);
    },
    read(index) {
      const { set, inner } = find(index);
      return set.read(inner);
    },
  };
}
