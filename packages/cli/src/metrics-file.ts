/** metrics.jsonl: every record of a run, one JSON object a line, in the order in which they happened. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Reporter, RunRecord } from '@mdpd/core';
import { diskError } from './files.ts';

/**
 * Keys of a line, in this order; `time` last, because everything that differs between two equal runs stands in it:
 * cut it off and two such files are the same bytes.
 */
const order = [
  'type',
  'step',
  'steps',
  'epoch',
  'phase',
  'split',
  'path',
  'examples',
  'loss',
  'metric',
  'metrics',
  'message',
  'parts',
  'learningRate',
  'time',
] as const;

/** Appends each record at once, so that a run that dies leaves what it measured. Throws DISK_FULL or WRITE_FAILED. */
export function metricsFile(file: string): Reporter {
  const handle = attempt(file, () => openSync(file, 'a'));
  return {
    name: 'metrics.jsonl',
    record: (record) => attempt(file, () => void writeSync(handle, metricsLine(record))),
    close: () => closeSync(handle),
  };
}

export function metricsLine(record: RunRecord): string {
  const sorted = Object.fromEntries(
    order.flatMap((key) => (key in record ? [[key, record[key as keyof RunRecord]]] : [])),
  );
  return `${JSON.stringify(sorted)}\n`;
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    throw diskError(thrown, file);
  }
}
