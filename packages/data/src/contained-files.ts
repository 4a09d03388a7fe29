/** Whether files that others name are there, and whether they stay in the folder they belong to, links followed. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { refuseEscapingLink } from './contained-path.ts';

/** Names in a folder, with whether each is a symbolic link. */
type Names = ReadonlyMap<string, boolean>;

async function namesIn(folder: string): Promise<Names> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return new Map(entries.map((entry) => [entry.name, entry.isSymbolicLink()]));
  } catch {
    return new Map();
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Reads every folder once, instead of asking for every file. */
export class ContainedFiles {
  private readonly root: Promise<string>;
  private readonly folders = new Map<string, Promise<Names>>();
  private readonly checked = new Set<string>();

  /** `root` may itself be a link: whoever names it means what it leads to. */
  constructor(root: string) {
    this.root = realpath(root);
    // Told of where it is waited for.
    this.root.catch(() => undefined);
  }

  /**
   * Whether there is a file at `path`, which lies below the root by its name. Throws DATA_PATH, naming `place`, where the
   * file or its folder is a link that leaves the root.
   */
  async has(path: string, place: string): Promise<boolean> {
    const folder = dirname(path);
    // Before it is listed: what lies elsewhere is nobody's business.
    if (!this.checked.has(folder)) {
      if (!(await isThere(folder))) return false;
      await refuseEscapingLink(await this.root, folder, place);
      this.checked.add(folder);
    }
    const names = this.folders.get(folder) ?? namesIn(folder);
    this.folders.set(folder, names);
    const isLink = (await names).get(basename(path));
    if (isLink === undefined) return false;
    if (isLink) await refuseEscapingLink(await this.root, path, place);
    return true;
  }
}
