/** Whether the files of a run are those that it ended with: none altered, none missing, none added. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { MdpdError } from '@mdpd/core';
import { hashFile, type FileHash } from './file-hash.ts';
import { countedEntries } from './file-hashes.ts';
import { formatCount } from '@mdpd/report/format';
import type { Result } from '@mdpd/report/result';
import { checkOf, leftOut, problem, type Check } from './verify-check.ts';

const again = 'get the run again from where it came from, or train it again';

export function verifyFiles(folder: string, { files }: Result): Check[] {
  if (files === undefined)
    return [leftOut('files', 'result.json has no hashes: it is from before they were recorded')];
  const problems: MdpdError[] = [];
  const found = new Set<string>();
  for (const { name, isPlain } of countedEntries(folder)) {
    found.add(name);
    if (!isPlain) problems.push(added(name, `${name} is a link or a device`));
    else if (!Object.hasOwn(files, name))
      problems.push(added(name, `${name} was not there at the end of the run`));
    else problems.push(...compare(folder, name, files[name]!));
  }
  for (const name of Object.keys(files)) if (!found.has(name)) problems.push(missing(folder, name));
  const count = formatCount(Object.keys(files).length);
  return checkOf('files', problems, `${count} files, the bytes that result.json has hashes of`);
}

function compare(folder: string, name: string, recorded: FileHash): MdpdError[] {
  const now = hashFile(path.join(folder, name));
  if (now.bytes !== recorded.bytes) {
    const sizes = `${formatCount(now.bytes)} bytes instead of ${formatCount(recorded.bytes)}`;
    return [problem('VERIFY_ALTERED', `${name} has ${sizes}`, again, name)];
  }
  if (now.sha256 === recorded.sha256) return [];
  const hashes = `${now.sha256.slice(0, 12)}… instead of ${recorded.sha256.slice(0, 12)}…`;
  return [problem('VERIFY_ALTERED', `${name} was altered: its SHA-256 is ${hashes}`, again, name)];
}

function added(name: string, message: string): MdpdError {
  return problem('VERIFY_ADDED', message, `remove it: nothing of the run needs it`, name);
}

function missing(folder: string, name: string): MdpdError {
  // A path of result.json that leads elsewhere is nobody's file.
  const elsewhere = !path.resolve(folder, name).startsWith(folder + path.sep);
  const message =
    elsewhere || !existsSync(path.join(folder, name)) ? 'is missing' : 'is not a file of the run';
  return problem('VERIFY_MISSING', `${name} ${message}`, again, name);
}
