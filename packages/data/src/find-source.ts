/** Looks up the source that a split specification names. */
import { didYouMean, howToGet, MdpdError } from '@mdpd/core';
import type { SourcePart } from './split-spec.ts';

interface NamedSource {
  readonly name: string;
  readonly splits: Readonly<Record<string, unknown>>;
}

/** Images and texts have sources of their own: which are meant is not known here. */
function fixOf(name: string, names: readonly string[]): string | undefined {
  return didYouMean(name, names) ?? howToGet('source', name, names) ?? howToGet('text source', name, names);
}

/** Throws UNKNOWN_SOURCE or UNKNOWN_SPLIT with what there is; `place` is the recipe key. */
export function findSource<T extends NamedSource>(
  part: SourcePart,
  sources: readonly T[],
  place?: string,
): T {
  const names = sources.map((source) => source.name);
  const source = sources.find(({ name }) => name === part.source);
  if (!source) {
    throw new MdpdError('UNKNOWN_SOURCE', `there is no data source "${part.source}"`, {
      place,
      allowed: names.length > 0 ? names : 'none is installed',
      fix: fixOf(part.source, names) ?? 'a folder is written with a slash: ./NAME',
      exitCode: 2,
    });
  }
  const splits = Object.keys(source.splits);
  if (!splits.includes(part.split)) {
    throw new MdpdError('UNKNOWN_SPLIT', `the source "${source.name}" has no split "${part.split}"`, {
      place,
      allowed: splits,
      fix: didYouMean(part.split, splits),
      exitCode: 2,
    });
  }
  return source;
}
