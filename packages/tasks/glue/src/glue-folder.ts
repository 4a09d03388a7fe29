/** Finds the files of a split in a folder of GLUE, whichever of its layouts the folder has. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MdpdError, systemCode } from '@mdpd/core';
import { parquetFiles } from '@mdpd/data/hub/parquet-files';
import type { GlueSplit, GlueTask } from './glue-tasks.ts';

/** Files of a split: several where Parquet is in parts. */
export interface SplitFiles {
  /** `original`: TSV without quoting, whose columns the task knows. `uncut`: Microsoft's MRPC, all training pairs in one. */
  readonly layout: 'original' | 'uncut' | 'named';
  readonly files: readonly string[];
  /** For messages: `SST-2/train.tsv`. */
  readonly origin: string;
}

/** Names in a folder; none where there is no such folder. */
async function list(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new MdpdError('DATA_UNREADABLE', `the folder cannot be read: ${code ?? 'unknown error'}`, {
      place: folder,
      cause: thrown,
    });
  }
}

interface Candidate {
  /** Folder of the task. */
  readonly folder: string;
  /** For messages. */
  readonly name: string;
}

/** Folders in which a task's files may be: below the root, or the root itself where it is the task's. */
function candidates(root: string, names: readonly string[]): Candidate[] {
  const own = names.includes(basename(root)) ? [{ folder: root, name: basename(root) }] : [];
  return [...names.map((name) => ({ folder: join(root, name), name })), ...own];
}

async function findOriginal(root: string, task: GlueTask, split: GlueSplit): Promise<SplitFiles | undefined> {
  for (const { folder, name } of candidates(root, [task.folder])) {
    const files = await list(folder);
    const found = (file: string, layout: SplitFiles['layout']): SplitFiles | undefined =>
      files.includes(file) ? { layout, files: [join(folder, file)], origin: `${name}/${file}` } : undefined;
    const microsofts =
      task.name === 'mrpc' && `msr_paraphrase_${split.name === 'test' ? 'test' : 'train'}.txt`;
    const original = found(split.tsv.file, 'original') ?? (microsofts && found(microsofts, 'uncut'));
    if (original) return original;
  }
  return undefined;
}

/** How a split is called in configurations that have only one of MNLI's two. */
function configurations(task: GlueTask, { name }: GlueSplit): [config: string, split: string][] {
  const [split, part] = name.split('_');
  return [
    [task.name, name],
    ...(part === undefined ? [] : [[`${task.name}_${part}`, split!] as [string, string]]),
  ];
}

async function findNamed(root: string, task: GlueTask, split: GlueSplit): Promise<SplitFiles | undefined> {
  for (const [config, name] of configurations(task, split)) {
    for (const { folder, name: shown } of candidates(root, [config])) {
      const inside = (await list(join(folder, name))).map((file) => `${name}/${file}`);
      const files = [...(await list(folder)), ...inside];
      const parts = parquetFiles(
        files.map((file) => `${config}/${file}`),
        { config, split: name },
      )?.map((file) => file.slice(config.length + 1));
      const single = [`${name}.parquet`, `${name}.jsonl`].find((file) => files.includes(file));
      const found = parts ?? (single === undefined ? [] : [single]);
      if (found.length === 0) continue;
      const origin =
        found.length === 1 ? `${shown}/${found[0]!}` : `${shown}/${name} (${found.length} files)`;
      return { layout: 'named', files: found.map((file) => join(folder, file)), origin };
    }
  }
  return undefined;
}

/** What was looked for. */
function wanted(root: string, task: GlueTask, split: GlueSplit): string {
  const names = [
    `${task.folder}/${split.tsv.file}`,
    `${task.name}/${split.name}-00000-of-00001.parquet`,
    `${task.name}/${split.name}/0000.parquet`,
    `${task.name}/${split.name}.jsonl`,
  ];
  return `${names.join(', ')} in ${root}`;
}

/** The files of a split below `root`; undefined where there are none. Nothing is read. */
export async function findSplit(
  root: string,
  task: GlueTask,
  split: GlueSplit,
): Promise<SplitFiles | undefined> {
  return (await findOriginal(root, task, split)) ?? (await findNamed(root, task, split));
}

/** As `findSplit`. Throws DATA_MISSING with the names that were looked for. */
export async function requireSplit(
  root: string,
  task: GlueTask,
  split: GlueSplit,
  place: string,
): Promise<SplitFiles> {
  const found = await findSplit(root, task, split);
  if (found) return found;
  throw new MdpdError('DATA_MISSING', `there is no file for the ${split.name} split of ${task.title}`, {
    place,
    allowed: wanted(root, task, split),
    fix: `put GLUE there (docs/text.md has the layouts), or name where it is: ${place}=…`,
    exitCode: 2,
  });
}
