/** Finds installed npm packages that carry data. They are only read, never executed. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MdpdError } from '@mdpd/core';

function nodeModulesAbove(start: string): string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules'));
    if (dirname(folder) === folder) return folders;
  }
}

export interface PackageQuery {
  /** Name on npm. */
  readonly name: string;
  /** A file that must be there, relative to the package. */
  readonly file: string;
  /** Command that installs it. */
  readonly install: string;
  /** Folder of the user: searched first, then where mdpd itself is installed. */
  readonly directory: string;
}

/** Folder of an installed package. Throws DATA_SOURCE_MISSING with the command that installs it. */
export function findPackage({ name, file, install, directory }: PackageQuery): string {
  const own = dirname(fileURLToPath(import.meta.url));
  for (const folder of [...nodeModulesAbove(directory), ...nodeModulesAbove(own)]) {
    const candidate = join(folder, name);
    if (existsSync(join(candidate, file))) return candidate;
  }
  throw new MdpdError('DATA_SOURCE_MISSING', `the npm package "${name}" is not installed`, {
    place: directory,
    fix: install,
  });
}
