/** Mentions the exported files in the model card of a run. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ExportFolder } from './export-files.ts';
import type { FileReport } from './export-report.ts';
import { readText, writeWhole } from './files.ts';
import { formatBytes } from '@mdpd/report/format';

const maximumCardBytes = 1_000_000;
const heading = '## ONNX\n';
/** The section stands before this one. */
const next = '## Limits\n';

const descriptions: Readonly<Record<FileReport['dtype'], string>> = {
  float32: "float32; Transformers.js: `dtype: 'fp32'`",
  int8: "weights of 8 bits, dynamic quantization; Transformers.js: `dtype: 'q8'`",
};

/** Rewrites the section of README.md; a card that is not there or not ours stays as it is. */
export function addToCard({ folder }: ExportFolder, files: readonly FileReport[]): void {
  const card = path.join(folder, 'README.md');
  if (!existsSync(card)) return;
  const before = readText(card, maximumCardBytes);
  const after = withOnnxSection(before, files);
  if (after !== before) writeWhole(card, after);
}

/** The card with a section about the files before its limits, in the place of an older one. */
export function withOnnxSection(card: string, files: readonly FileReport[]): string {
  const limits = card.indexOf(`\n${next}`);
  if (limits < 0) return card;
  const older = card.indexOf(`\n${heading}`);
  const start = older >= 0 && older < limits ? older : limits;
  const lines = files.map(
    ({ path: file, bytes, dtype }) => `- \`${file}\` (${formatBytes(bytes)}): ${descriptions[dtype]}`,
  );
  return `${card.slice(0, start)}\n${heading}\n${lines.join('\n')}\n${card.slice(limits)}`;
}
