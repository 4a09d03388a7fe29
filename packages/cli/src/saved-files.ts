/** Files that a task saves beside a model: JSON, text or bytes. */
import { writeDurably } from './files.ts';
import path from 'node:path';
import { MdpdError, type JsonObject, type SavedFile } from '@mdpd/core';

export type SavedFiles = Readonly<Record<string, SavedFile>>;

/** Writes the task's files and config.json into a folder. Throws MODEL_FILE_NAME for a name that leaves it. */
export function writeSavedFiles(folder: string, files: SavedFiles, config: JsonObject): void {
  for (const [name, content] of Object.entries({ ...files, 'config.json': config })) {
    writeDurably(inside(folder, name), bytesOf(content));
  }
}

function bytesOf(content: SavedFile): string | Uint8Array {
  if (typeof content === 'string' || content instanceof Uint8Array) return content;
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** File names come from plugins: none leaves the folder. */
function inside(folder: string, name: string): string {
  if (name !== path.basename(name) || name === '..' || name === '.') {
    throw new MdpdError('MODEL_FILE_NAME', `a task wants to save a file named ${JSON.stringify(name)}`, {
      allowed: 'a name without folders',
    });
  }
  return path.join(folder, name);
}
