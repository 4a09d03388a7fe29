/** A folder of our own in the system's temporary one, which only this user can read. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MdpdError, messageOf } from '@mdpd/core';
import { diskError } from '../files.ts';
import { Refusal } from './refusal.ts';

/** Holds what is sent, for as long as it is looked at, and the model for the browser. Names of files are ours. */
export class PrivateFolder {
  readonly path: string;

  /** Throws DISK_FULL or WRITE_FAILED. */
  constructor() {
    try {
      this.path = mkdtempSync(path.join(tmpdir(), 'mdpd-serve-'));
    } catch (thrown) {
      throw diskError(thrown, tmpdir());
    }
  }

  /**
   * What `use` gives for a file with these bytes, which is gone afterwards. Its ending says nothing of its content, which
   * readers look into themselves.
   */
  async withFile<T>(bytes: Uint8Array, use: (file: string) => Promise<T>): Promise<T> {
    const file = path.join(this.path, `${randomUUID()}.png`);
    try {
      await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
      return await use(file);
    } finally {
      await rm(file, { force: true });
    }
  }

  /** Removes the folder with all that is in it; at the latest when the command ends. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** An error without a path of this machine: the file is called as the one who sent it called it. */
export function withoutPath(thrown: unknown, file: string, name: string): unknown {
  if (!(thrown instanceof MdpdError)) return thrown;
  const hide = (text: string | undefined): string | undefined =>
    text?.replaceAll(JSON.stringify(file).slice(1, -1), name).replaceAll(file, name);
  // A refusal has a status besides, and no path.
  if (thrown instanceof Refusal) return thrown;
  const { code, place, allowed, fix, exitCode } = thrown;
  return new MdpdError(code, hide(messageOf(thrown))!, {
    place: hide(place),
    allowed: hide(allowed),
    fix: hide(fix),
    exitCode,
    cause: thrown,
  });
}
