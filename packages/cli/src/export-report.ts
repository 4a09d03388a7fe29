/** What `mdpd export` says: files, sizes, and how they compare with the model. */
import path from 'node:path';
import type { FileCheck } from './export-check.ts';
import { formatBytes, formatCount, formatMilliseconds, formatShare, formatTable } from '@mdpd/report/format';

/** What `--json` prints. */
export interface ExportReport {
  readonly target: string;
  readonly folder: string;
  /** What the files were compared on, and with. */
  readonly compared: {
    readonly examples: number;
    readonly origin: string;
    readonly executor: string;
    /** What the outputs are: `logits`, `scores`, `unit vectors`. */
    readonly outputs: string;
  };
  readonly files: readonly FileReport[];
}

export interface FileReport extends FileCheck {
  /** In the folder. */
  readonly path: string;
  readonly bytes: number;
  readonly dtype: 'float32' | 'int8';
}

/** Quantized files that name another class this often are worth a warning. */
const expectedSameTop = 0.95;

export function formatExport({ folder, compared, files }: ExportReport): string {
  const header = ['file', 'type', 'size', 'largest difference', 'same class', 'one example'];
  const rows = files.map(({ path: file, dtype, bytes, maxDifference, sameTop, milliseconds }) => [
    path.join(folder, file),
    dtype,
    formatSize(bytes),
    maxDifference < 0.01 ? maxDifference.toExponential(1) : maxDifference.toFixed(2),
    sameTop === null ? '' : formatShare(sameTop),
    formatMilliseconds(milliseconds),
  ]);
  const { examples, origin, executor, outputs } = compared;
  return [
    formatTable([header, ...rows], '', 2),
    '',
    `Compared with the model on ${executor}: ${formatCount(examples)} examples, ${origin}; differences are of ${outputs}.`,
  ].join('\n');
}

/** Small files to three digits. */
const formatSize = (bytes: number): string =>
  bytes >= 1e6 && bytes < 1e8 ? `${(bytes / 1e6).toPrecision(3)} MB` : formatBytes(bytes);

export function lossWarnings({ files, compared }: ExportReport): string[] {
  return files
    .filter(({ sameTop }) => sameTop !== null && sameTop < expectedSameTop)
    .map(
      ({ path: file, sameTop }) =>
        `warning: ${file} names another class than the model for ${formatShare(1 - sameTop!)} of ${formatCount(compared.examples)} examples (${compared.origin})`,
    );
}
