/** A folder with one folder of images per class: `train/cat/1.jpg`. Or a flat folder, for unlabelled images. */
import { readdir, realpath, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { extname, join } from 'node:path';
import { MdpdError, systemCode, type ImageSet } from '@mdpd/core';
import { refuseEscapingLink } from './contained-path.ts';
import { FileImages, fileImageSet } from './file-images.ts';
import { imageExtensions, type DecodeOptions } from './image-decode.ts';

/** Image formats that are not read: worth a word when they lie among the others. */
const foreignExtensions = [
  '.bmp',
  '.heic',
  '.heif',
  '.svg',
  '.jp2',
  '.jxl',
  '.psd',
  '.raw',
  '.dng',
  '.cr2',
  '.nef',
];
const mostImages = 5_000_000;

export interface ImageFolderOptions {
  /** For messages: the path as the recipe has it. */
  readonly origin: string;
  readonly decode?: DecodeOptions;
  /** Told about files that look like images and are not read. */
  warn?(message: string): void;
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Names in a folder that are not hidden, in code unit order (as Python sorts them), with links resolved. */
async function visibleEntries(
  folder: string,
  realRoot: string,
): Promise<{ name: string; isFolder: boolean }[]> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
  const visible: { name: string; isFolder: boolean }[] = [];
  for (const entry of entries.sort((a, b) => byCodeUnits(a.name, b.name))) {
    if (entry.name.startsWith('.')) continue;
    let isFolder = entry.isDirectory();
    if (entry.isSymbolicLink()) {
      const path = join(folder, entry.name);
      isFolder = await targetIsFolder(path);
      await refuseEscapingLink(realRoot, path, path);
    }
    visible.push({ name: entry.name, isFolder });
  }
  return visible;
}

async function targetIsFolder(link: string): Promise<boolean> {
  try {
    return (await stat(link)).isDirectory();
  } catch {
    throw new MdpdError('DATA_PATH', 'the symbolic link leads nowhere', { place: link, fix: 'remove it' });
  }
}

function emptyFolder(place: string, message: string): MdpdError {
  return new MdpdError('DATA_EMPTY', message, {
    place,
    allowed: `images that end in ${imageExtensions.join(', ')}, one folder for each class: ${place}/CLASS/IMAGE`,
  });
}

interface Listing {
  readonly images: string[];
  readonly folders: string[];
  readonly foreign: number;
}

async function list(folder: string, realRoot: string): Promise<Listing> {
  const entries = await visibleEntries(folder, realRoot);
  const files = entries.filter((entry) => !entry.isFolder).map((entry) => entry.name);
  const hasExtension = (name: string, extensions: readonly string[]): boolean =>
    extensions.includes(extname(name).toLowerCase());
  return {
    images: files.filter((name) => hasExtension(name, imageExtensions)),
    folders: entries.filter((entry) => entry.isFolder).map((entry) => entry.name),
    foreign: files.filter((name) => hasExtension(name, foreignExtensions)).length,
  };
}

async function openRoot(path: string, origin: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const message = systemCode(error) === 'ENOENT' ? 'there is no such folder' : 'the folder cannot be read';
    throw new MdpdError('DATA_MISSING', `${message}: ${origin}`, { place: path, exitCode: 2, cause: error });
  }
}

/**
 * Opens a folder of images. Class names are the folders' names, sorted; folders inside class folders are not
 * followed, hidden files are ignored. A folder without folders, of images alone, gives an unlabelled set.
 * Throws DATA_MISSING, DATA_EMPTY (also for a class without images) or DATA_PATH (links that leave the folder).
 */
export async function openImageFolder(path: string, options: ImageFolderOptions): Promise<ImageSet> {
  const realRoot = await openRoot(path, options.origin);
  const top = await list(path, realRoot);
  const files = new FileImages();
  let foreign = top.foreign;
  const add = (folder: string, listing: Listing, label: number | undefined): void => {
    if (files.size + listing.images.length > mostImages) {
      throw new MdpdError('DATA_TOO_LARGE', `more than ${mostImages} images`, { place: path });
    }
    const number = files.addFolder({ path: folder, place: folder });
    for (const name of listing.images) files.add(number, name, label);
  };
  for (const [label, name] of top.folders.entries()) {
    const folder = join(path, name);
    const listing = await list(folder, realRoot);
    if (listing.images.length === 0)
      throw emptyFolder(path, `the class folder "${name}" holds no image that is read`);
    foreign += listing.foreign;
    add(folder, listing, label);
  }
  const flat = top.folders.length === 0;
  if (flat) add(path, top, undefined);
  if (files.size === 0) throw emptyFolder(path, 'the folder holds no image that is read');
  if (!flat && top.images.length > 0) {
    options.warn?.(`${options.origin}: ${top.images.length} images beside the class folders are ignored`);
  }
  if (foreign > 0)
    options.warn?.(`${options.origin}: ${foreign} images of formats that are not read are ignored`);
  const labels = flat ? undefined : top.folders;
  return fileImageSet(files, { origin: options.origin, labels }, options.decode ?? {});
}
