/** Opens what a split specification names: a source's split, a folder, a list file, or several joined. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { MdpdError, messageOf, systemCode, type ImageSet, type ImageSource } from '@mdpd/core';
import { findSource } from './find-source.ts';
import type { DecodeOptions } from './image-decode.ts';
import { openImageFolder } from './image-folder.ts';
import { joinImages, sliceImages } from './image-sets.ts';
import { parseSplitSpec, sliceRange, type PathPart, type SourcePart, type SplitPart } from './split-spec.ts';
import { openVtabList } from './vtab-list.ts';

/** Where images are looked for, and how they are decoded. */
export interface OpenSplitOptions {
  readonly sources: readonly ImageSource[];
  /** Folder against which relative paths are resolved. */
  readonly directory: string;
  /** Recipe key, for messages: `data.train`. */
  readonly place?: string;
  readonly decode?: DecodeOptions;
  /** Told what is worth knowing about the data. */
  warn?(message: string): void;
}

/** A class of an opened split. Folders' classes have no source: two folders share those of equal names. */
export interface ImageClass {
  readonly source?: string;
  readonly name: string;
}

/** Images that a split specification names. */
export interface OpenedSplit {
  /** Its labels index `classes`; its class names carry the source (`mnist/7`) where several are joined. */
  readonly images: ImageSet;
  /** Absent for images without labels. */
  readonly classes?: readonly ImageClass[];
}

/** `mnist/7`, or `cat` for a folder's class. */
export function qualifiedName({ source, name }: ImageClass): string {
  return source === undefined ? name : `${source}/${name}`;
}

interface OpenedPart {
  readonly set: ImageSet;
  readonly classes?: readonly ImageClass[];
}

async function openSource(part: SourcePart, options: OpenSplitOptions): Promise<OpenedPart> {
  const source = findSource(part, options.sources, options.place);
  const set = await source.open(part.split, { directory: options.directory });
  return { set, classes: set.labels?.map((name) => ({ source: source.name, name })) };
}

async function openPath(part: PathPart, options: OpenSplitOptions): Promise<OpenedPart> {
  const path = resolve(options.directory, part.path);
  const open = { origin: part.path, decode: options.decode, warn: options.warn };
  let isFile = false;
  try {
    isFile = (await stat(path)).isFile();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    throw new MdpdError('DATA_MISSING', `there is no folder or list file "${part.path}"`, {
      place: options.place,
      fix: `looked for ${path}; ${suggestSource(part.path, options.sources)}`,
      exitCode: 2,
    });
  }
  if (!isFile) {
    const set = await openImageFolder(path, open);
    return { set, classes: set.labels?.map((name) => ({ name })) };
  }
  const set = await openVtabList(path, open);
  return { set, classes: set.labels?.map((name) => ({ source: basename(dirname(path)), name })) };
}

function suggestSource(path: string, sources: readonly ImageSource[]): string {
  const source = sources.find(({ name }) => name === path);
  if (!source) return 'relative paths start where the command is run';
  return `did you mean ${Object.keys(source.splits)
    .map((split) => `"${source.name}:${split}"`)
    .join(' or ')}?`;
}

/** Throws DATA_UNREADABLE where the system refuses a file or folder. */
async function openWhole(part: SplitPart, options: OpenSplitOptions): Promise<OpenedPart> {
  try {
    return part.kind === 'source' ? await openSource(part, options) : await openPath(part, options);
  } catch (error) {
    if (error instanceof MdpdError || systemCode(error) === undefined) throw error;
    throw new MdpdError('DATA_UNREADABLE', `"${part.text}" cannot be read: ${messageOf(error)}`, {
      place: options.place,
      cause: error,
    });
  }
}

async function openPart(part: SplitPart, options: OpenSplitOptions): Promise<OpenedPart> {
  const whole = await openWhole(part, options);
  const [start, stop] = sliceRange(part, whole.set.size, options.place);
  return { ...whole, set: sliceImages(whole.set, start, stop, part.text) };
}

/** Joint classes in order of first appearance; classes of equal source and name are one. */
function joinClasses(parts: readonly OpenedPart[]): { classes: ImageClass[]; maps: number[][] } {
  const classes: ImageClass[] = [];
  const indices = new Map<string, number>();
  const maps = parts.map((part) =>
    (part.classes ?? []).map((entry) => {
      const key = JSON.stringify([entry.source, entry.name]);
      const index = indices.get(key) ?? classes.push(entry) - 1;
      indices.set(key, index);
      return index;
    }),
  );
  return { classes, maps };
}

function joinParts(parts: readonly OpenedPart[], options: OpenSplitOptions): OpenedSplit {
  const sets = parts.map((part) => part.set);
  const unlabelled = parts.filter((part) => part.classes === undefined);
  if (unlabelled.length === parts.length) return { images: joinImages(sets, undefined, (_, label) => label) };
  if (unlabelled.length > 0) {
    throw new MdpdError(
      'DATA_CLASSES',
      `the images of ${unlabelled[0]!.set.origin} have no classes, the others do`,
      {
        place: options.place,
        fix: 'join images with classes only, or name those without under data.unlabelled',
        exitCode: 2,
      },
    );
  }
  const { classes, maps } = joinClasses(parts);
  const several = new Set(classes.map((entry) => entry.source)).size > 1;
  const names = classes.map((entry) => (several ? qualifiedName(entry) : entry.name));
  return { images: joinImages(sets, names, (part, label) => maps[part]![label]!), classes };
}

/**
 * Opens a split specification. Labels of parts from different sources get ranges of their own; parts of one source,
 * and folders among themselves, share classes by name.
 * Throws DATA_SPEC, UNKNOWN_SOURCE, UNKNOWN_SPLIT, DATA_MISSING, DATA_UNREADABLE, DATA_EMPTY, DATA_CLASSES and what
 * the readers throw.
 */
export async function openSplit(spec: string, options: OpenSplitOptions): Promise<OpenedSplit> {
  const parsed = parseSplitSpec(spec, options.place);
  const parts: OpenedPart[] = [];
  for (const part of parsed) parts.push(await openPart(part, options));
  const [only] = parts;
  if (parts.length === 1 && only) return { images: only.set, classes: only.classes };
  return joinParts(parts, options);
}
