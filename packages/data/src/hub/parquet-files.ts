/** Finds the Parquet files of a split in a data set of the hub, in either of the layouts that are in use. */

export interface SplitQuery {
  readonly config: string;
  readonly split: string;
}

/** Configuration of data sets that have only one. */
export const DEFAULT_CONFIG = 'default';

/** The branch where the hub keeps what it converted itself. */
export const CONVERTED = 'refs/convert/parquet';

/** Folders of a configuration, in the order in which they are looked at. */
export function foldersOf(config: string): string[] {
  return config === DEFAULT_CONFIG ? [config, 'data'] : [config];
}

interface Part {
  readonly split: string;
  readonly index: number;
  /** Number of parts, where the name says it. */
  readonly count?: number;
}

/** `<folder>/<split>-00000-of-00002.parquet`, sometimes with a hash; or `<folder>/<split>/0000.parquet`. */
function partOf(path: string, folder: string): Part | undefined {
  if (!path.startsWith(`${folder}/`)) return undefined;
  const rest = path.slice(folder.length + 1);
  const numbered = /^([^/]+)-(\d{5})-of-(\d{5})(?:-[0-9a-f]{16})?\.parquet$/.exec(rest);
  if (numbered) return { split: numbered[1]!, index: Number(numbered[2]), count: Number(numbered[3]) };
  const converted = /^([^/]+)\/(\d{4})\.parquet$/.exec(rest);
  return converted ? { split: converted[1]!, index: Number(converted[2]) } : undefined;
}

/** Splits of which a folder has Parquet files, for messages. */
export function splitsIn(paths: readonly string[], config: string): string[] {
  const found = foldersOf(config).flatMap((folder) =>
    paths.flatMap((path) => partOf(path, folder)?.split ?? []),
  );
  return [...new Set(found)];
}

/**
 * Paths of all parts of a split, in their order; undefined where there are none, or not all.
 *
 * @param paths - of files in the repository, or as far as they are in the cache
 */
export function parquetFiles(paths: readonly string[], { config, split }: SplitQuery): string[] | undefined {
  for (const folder of foldersOf(config)) {
    const parts = paths
      .map((path) => ({ path, part: partOf(path, folder) }))
      .filter(({ part }) => part?.split === split)
      .sort((a, b) => a.part!.index - b.part!.index);
    const [first] = parts;
    const whole =
      first !== undefined &&
      parts.every(({ part }, index) => part!.index === index && part!.count === first.part!.count) &&
      (first.part!.count === undefined || first.part!.count === parts.length);
    if (whole) return parts.map(({ path }) => path);
  }
  return undefined;
}
