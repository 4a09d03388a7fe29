import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGlueTask, glueTasks } from './glue-tasks.ts';
import { submissionFiles, submissionText, writeSubmission } from './submission.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mdpd-submission-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('submissionText', () => {
  it('has the strings of the original data', () => {
    const outputs = Float32Array.of(2, 1, 0, 0, 0, 5);
    const text = (name: string, size: number): string =>
      submissionText(findGlueTask(name), findGlueTask(name).labels, { outputs: outputs.slice(0, size) });
    expect(text('cola', 4)).toBe('index\tprediction\n0\t0\n1\t0\n');
    expect(text('sst2', 6)).toBe('index\tprediction\n0\t0\n1\t0\n2\t1\n');
    expect(text('rte', 6)).toBe('index\tprediction\n0\tentailment\n1\tentailment\n2\tnot_entailment\n');
    expect(text('qnli', 2)).toBe('index\tprediction\n0\tentailment\n');
    // Id 1 of WNLI is entailment, which the original files call 1.
    expect(text('wnli', 6)).toBe('index\tprediction\n0\t0\n1\t0\n2\t1\n');
    expect(text('mnli', 6)).toBe('index\tprediction\n0\tentailment\n1\tcontradiction\n');
    expect(text('ax', 3)).toBe('index\tprediction\n0\tentailment\n');
  });

  it('follows the order of the outputs', () => {
    const order = ['contradiction', 'neutral', 'entailment'];
    const text = submissionText(findGlueTask('mnli'), order, { outputs: Float32Array.of(9, 0, 0, 0, 0, 9) });
    expect(text).toBe('index\tprediction\n0\tcontradiction\n1\tentailment\n');
  });

  it('clips scores to 0 to 5, with three decimals', () => {
    const outputs = Float32Array.of(-0.4, 5.3, 2.34567, NaN, Infinity);
    const text = submissionText(findGlueTask('stsb'), ['score'], { outputs });
    expect(text).toBe('index\tprediction\n0\t0.000\n1\t5.000\n2\t2.346\n3\t0.000\n4\t5.000\n');
  });

  it('calls rows as their file does', () => {
    const outputs = Float32Array.of(1, 0, 0, 1);
    const text = submissionText(findGlueTask('sst2'), ['negative', 'positive'], { outputs, indices: [7, 9] });
    expect(text).toBe('index\tprediction\n7\t0\n9\t1\n');
  });
});

describe('writeSubmission', () => {
  it('knows the eleven files of the server', () => {
    expect([...submissionFiles].sort()).toEqual([
      ...['AX.tsv', 'CoLA.tsv', 'MNLI-m.tsv', 'MNLI-mm.tsv', 'MRPC.tsv', 'QNLI.tsv'],
      ...['QQP.tsv', 'RTE.tsv', 'SST-2.tsv', 'STS-B.tsv', 'WNLI.tsv'],
    ]);
    expect(glueTasks).toHaveLength(10);
  });

  it('collects the files of several runs in one flat archive', () => {
    const first = writeSubmission(folder, { 'RTE.tsv': 'index\tprediction\n0\tentailment\n' });
    expect(first.archive).toBe(join(folder, 'submission.zip'));
    expect(first.missing).toEqual(submissionFiles.filter((name) => name !== 'RTE.tsv'));
    const second = writeSubmission(folder, { 'CoLA.tsv': 'index\tprediction\n0\t1\n' });
    expect(second.missing).toHaveLength(9);
    expect(second.files).toEqual([join(folder, 'CoLA.tsv')]);
    const files = unzipSync(readFileSync(second.archive));
    const texts = Object.entries(files).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
    expect(texts).toEqual([
      ['CoLA.tsv', 'index\tprediction\n0\t1\n'],
      ['RTE.tsv', 'index\tprediction\n0\tentailment\n'],
    ]);
  });

  it('writes the same bytes every time', () => {
    const files = Object.fromEntries(
      submissionFiles.map((name) => [name, `index\tprediction\n0\t${name}\n`]),
    );
    const hash = (): string => {
      const { archive, missing } = writeSubmission(folder, files);
      expect(missing).toEqual([]);
      return createHash('sha256').update(readFileSync(archive)).digest('hex');
    };
    const first = hash();
    rmSync(folder, { recursive: true });
    expect(hash()).toBe(first);
  });

  it('writes no other files', () => {
    expect(() => writeSubmission(folder, { '../RTE.tsv': '' })).toThrowError(
      "../RTE.tsv is none of GLUE's files",
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
