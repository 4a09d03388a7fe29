/** Image sets whose examples are image files: what folders and list files share. */
import { join } from 'node:path';
import type { ImageSet } from '@mdpd/core';
import { readImageFile, type DecodeOptions } from './image-decode.ts';
import { CompactColumn } from './text/compact-column.ts';
import { Growable } from './text/growable.ts';

export interface ImageFolderPath {
  /** Absolute, or relative to where the command runs. */
  readonly path: string;
  /** As messages name it. */
  readonly place: string;
}

const unlabelled = -1;

/** Many image files in few large buffers: a name and a label each, folders once. */
export class FileImages {
  private readonly folders: ImageFolderPath[] = [];
  private readonly folderOf = new Growable(Int32Array);
  private readonly names = new CompactColumn();
  private readonly labels = new Growable(Int32Array);

  get size(): number {
    return this.labels.length;
  }

  /** Gives its number, for `add`. */
  addFolder(folder: ImageFolderPath): number {
    return this.folders.push(folder) - 1;
  }

  add(folder: number, name: string, label: number | undefined): void {
    this.folderOf.push(folder);
    this.names.pushText(this.names.addText(Buffer.from(name)));
    this.labels.push(label ?? unlabelled);
  }

  label(index: number): number | undefined {
    const label = index < this.size ? this.labels.at(index) : unlabelled;
    return label === unlabelled ? undefined : label;
  }

  path(index: number): string {
    return join(this.folder(index).path, this.name(index));
  }

  place(index: number): string {
    return join(this.folder(index).place, this.name(index));
  }

  private folder(index: number): ImageFolderPath {
    return this.folders[this.folderOf.at(index)]!;
  }

  private name(index: number): string {
    return this.names.value(index) as string;
  }
}

export function fileImageSet(
  files: FileImages,
  set: Pick<ImageSet, 'origin' | 'labels'>,
  decode: DecodeOptions,
): ImageSet {
  return {
    ...set,
    size: files.size,
    label: (index) => files.label(index),
    place: (index) => files.place(index),
    read: (index) => readImageFile(files.path(index), { ...decode, place: files.place(index) }),
  };
}
