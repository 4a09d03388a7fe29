import { expect, it } from 'vitest';
import { formatExport, lossWarnings, type ExportReport } from './export-report.ts';

const file = {
  path: 'onnx/model.onnx',
  bytes: 1_234_567,
  dtype: 'float32',
  maxDifference: 2.1e-7,
  milliseconds: 3,
} as const;
const report = (outputs: string, sameTop: number | null): ExportReport => ({
  target: 'run',
  folder: 'run/model',
  compared: { examples: 1200, origin: 'scenes', executor: 'wasm', outputs },
  files: [{ ...file, sameTop }],
});

it('says what the differences are of', () => {
  expect(formatExport(report('unit vectors', null)).split('\n').at(-1)).toBe(
    'Compared with the model on wasm: 1,200 examples, scenes; differences are of unit vectors.',
  );
});

it('warns where classes differ', () => {
  expect(lossWarnings(report('logits', 0.9))).toEqual([
    'warning: onnx/model.onnx names another class than the model for 10.0 % of 1,200 examples (scenes)',
  ]);
  expect(lossWarnings(report('logits', 0.96))).toEqual([]);
});
