/**
 * Files that GLUE's server scores: one for each task, with the label strings of the original data.
 *
 * Letters: C outputs.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode, type WrittenSubmission } from '@mdpd/core';
import { bestClass } from '@mdpd/data/class-outputs';
import { zipSync } from 'fflate';
import { glueTasks, type GlueTask } from './glue-tasks.ts';

/** Every file that the server wants, in its order. */
export const submissionFiles: readonly string[] = glueTasks.flatMap(({ splits }) =>
  splits.flatMap(({ submission }) => submission ?? []),
);

const archive = 'submission.zip';
/** Archives of the same files are the same bytes, whenever and wherever they are made: local time, as zip stores it. */
const date = new Date(1980, 0, 1);

/** A score as the server reads it: within [0, 5], three decimals. What is no number is 0. */
function scoreText(score: number): string {
  return Math.min(5, Math.max(0, Number.isNaN(score) ? 0 : score)).toFixed(3);
}

export interface SubmittedOutputs {
  /** [rows, C], in the order of the file. */
  readonly outputs: Float32Array;
  /** What the file calls each row; default: numbers from 0. */
  readonly indices?: readonly number[];
}

/**
 * Text of a file: `index` and `prediction`, separated by a tab.
 *
 * @param labels - the task's class names in the order of the outputs
 */
export function submissionText(
  task: GlueTask,
  labels: readonly string[],
  { outputs, indices }: SubmittedOutputs,
): string {
  const classes = task.kind === 'regression' ? 1 : labels.length;
  // Outputs may be in a checkpoint's own order.
  const strings = labels.map((label) => task.strings[task.labels.indexOf(label)]!);
  const answer = (row: number): string =>
    task.kind === 'regression'
      ? scoreText(outputs[row]!)
      : strings[Math.max(0, bestClass(outputs, row * classes, classes))]!;
  const rows = Array.from(
    { length: outputs.length / classes },
    (_, row) => `${indices?.[row] ?? row}\t${answer(row)}\n`,
  );
  return `index\tprediction\n${rows.join('')}`;
}

function read(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

/**
 * Writes files by name into `folder`, and all of the server's files that are there, also of earlier runs, into
 * `submission.zip`, flat.
 */
export function writeSubmission(folder: string, files: Readonly<Record<string, string>>): WrittenSubmission {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    if (!submissionFiles.includes(name)) throw new Error(`${name} is none of GLUE's files`);
    writeFileSync(join(folder, name), text);
  }
  const contents = submissionFiles.map((name) => [name, read(join(folder, name))] as const);
  const present = contents.flatMap(([name, bytes]) => (bytes ? [[name, bytes] as const] : []));
  const path = join(folder, archive);
  writeFileSync(path, zipSync(Object.fromEntries(present), { level: 9, mtime: date }));
  const written = Object.keys(files).map((name) => join(folder, name));
  return {
    archive: path,
    files: written,
    missing: contents.flatMap(([name, bytes]) => (bytes ? [] : [name])),
  };
}
