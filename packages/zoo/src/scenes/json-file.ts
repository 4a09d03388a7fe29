/** JSON files written item by item, so that no data set is in memory as a whole. */
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Characters kept before they are written. */
const atOnce = 1 << 20;

/** One list or object of the file, to which items are added. */
export interface JsonFile {
  /** An item of the list; with a key, an entry of the object. */
  add(item: unknown, key?: string): Promise<void>;
  close(): Promise<void>;
}

class OpenFile implements JsonFile {
  private readonly file: FileHandle;
  private readonly after: string;
  private text: string;
  private first = true;

  constructor(file: FileHandle, before: string, after: string) {
    this.file = file;
    this.text = before;
    this.after = after;
  }

  async add(item: unknown, key?: string): Promise<void> {
    if (!this.first) this.text += ',';
    this.first = false;
    if (key !== undefined) this.text += `${JSON.stringify(key)}:`;
    this.text += JSON.stringify(item);
    if (this.text.length >= atOnce) await this.flush();
  }

  private async flush(): Promise<void> {
    await this.file.writeFile(this.text);
    this.text = '';
  }

  async close(): Promise<void> {
    this.text += this.after;
    await this.flush();
    await this.file.close();
  }
}

async function create(path: string, before: string, after: string): Promise<JsonFile> {
  await mkdir(dirname(path), { recursive: true });
  return new OpenFile(await open(path, 'w'), before, after);
}

/** A file of the entries of `head`, which has some, and last `key`, whose list is added to. */
export const createListFile = (
  path: string,
  head: Readonly<Record<string, unknown>>,
  key: string,
): Promise<JsonFile> => create(path, `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(key)}:[`, ']}');

/** A file of one object, whose entries are added. */
export const createObjectFile = (path: string): Promise<JsonFile> => create(path, '{', '}');
