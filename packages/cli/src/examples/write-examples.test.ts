import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Dataset, NoteRecord, RunRecord, ShownExample, Task } from '@mdpd/core';
import { judgeClass } from '@mdpd/data/class-outputs';
import type { Evaluation } from '@mdpd/distill/engine/evaluate';
import { shownExamplesSchema, type ShownExamples } from '@mdpd/report/shown-examples';
import { afterAll, describe, expect, it } from 'vitest';
import { judgedOf } from '../testing/judged.ts';
import { writeExamples, type ExamplesJob } from './write-examples.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

const labels = ['<img src=x onerror=alert(1)>', '__proto__'];
const texts = ['</script><script>alert(1)</script>', '\u202egnissim\u0000', '{"a":1}\n', '👩‍🔬'.repeat(200)];
const red = { width: 2, height: 3, channels: 3, data: new Uint8Array(18).fill(255) } as const;

const dataset = (show?: Dataset['show']): Dataset => ({
  size: 4,
  origin: 'x',
  load: (indices) =>
    Promise.resolve({
      size: indices.length,
      input: {},
      target: {
        label: { data: Int32Array.from(indices, (i) => i % 2), shape: [indices.length], dtype: 'int32' },
      },
    }),
  ...(show ? { show } : {}),
});

const evaluation = (rights: readonly boolean[], probability?: number): Evaluation => ({
  metrics: {},
  predictions: rights.map((right, i) => labels[right ? i % 2 : 1 - (i % 2)]!),
  examples: rights.length,
  seconds: 1,
  judged: judgedOf(
    rights.map((right, i) => ({
      right,
      expected: i % 2,
      predicted: right ? i % 2 : 1 - (i % 2),
      probability,
    })),
  ),
});

const evaluations = {
  faded: evaluation([true, false, false, true], 0.123456),
  side: evaluation([true, false, true, false]),
};

async function write(
  show?: Dataset['show'],
  changes: Partial<ExamplesJob> = {},
): Promise<{ found: ShownExamples | undefined; notes: string[] }> {
  const records: RunRecord[] = [];
  const file = path.join(folder, 'examples.json');
  rmSync(file, { force: true });
  const task = {
    labels,
    head: { kind: 'classification', outputs: 2 },
    splits: { test: dataset(show) },
    judge: (output: Float32Array, target: Parameters<NonNullable<Task['judge']>>[1]) =>
      judgeClass(output, labels, target),
  } as unknown as Task;
  await writeExamples({
    task,
    split: 'test',
    evaluations,
    recipe: { train: { seed: 0 } },
    run: { file: () => file },
    reporters: [{ name: 'records', record: (record) => void records.push(record) }],
    step: 7,
    ...changes,
  });
  const notes = records.map((record) => `${record.step} ${(record as NoteRecord).message}`);
  try {
    return { found: shownExamplesSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), notes };
  } catch {
    return { found: undefined, notes };
  }
}

const showing =
  (example: (index: number) => ShownExample): NonNullable<Dataset['show']> =>
  (index) =>
    Promise.resolve(example(index));

describe('examples.json', () => {
  it('holds texts, class names and predictions as they are, whatever they say', async () => {
    const { found, notes } = await write(showing((index) => ({ texts: [texts[index]!] })));
    expect(notes).toEqual([]);
    expect(found).toMatchObject({
      split: 'test',
      examples: 4,
      counts: { right: 1, wrong: 1, mended: 1, broken: 1 },
      confusion: {
        labels,
        hiddenLabels: 0,
        faded: [
          [1, 1],
          [1, 1],
        ],
        side: [
          [2, 0],
          [2, 0],
        ],
      },
    });
    const byIndex = [...found!.shown].sort((a, b) => a.index - b.index);
    expect(byIndex.map(({ kind }) => kind)).toEqual(['right', 'wrong', 'broken', 'mended']);
    expect(byIndex.map(({ expected }) => expected)).toEqual([labels[0], labels[1], labels[0], labels[1]]);
    expect(byIndex.slice(0, 3).map((each) => each.texts)).toEqual(texts.slice(0, 3).map((text) => [text]));
    expect(byIndex[2]).toMatchObject({
      faded: { value: labels[1], probability: 0.1235 },
      side: { value: labels[0] },
    });
    expect(byIndex[2]!.side).not.toHaveProperty('probability');
  });

  it('cuts long texts, never within a character', async () => {
    const { found } = await write(
      showing((index) => ({ texts: [texts[3]!, ' '.repeat(index) + texts[3]!] })),
    );
    for (const each of found!.shown.flatMap((example) => example.texts!)) {
      expect(each.length).toBeLessThanOrEqual(500);
      expect(each.length).toBeGreaterThan(495);
      expect(each.endsWith('…') && !/\p{Cs}/u.test(each)).toBe(true);
    }
  });

  it('has small images, and the size that boxes are in', async () => {
    const { found } = await write(showing(() => ({ image: red, imageSize: { width: 20, height: 30 } })));
    const { image } = found!.shown[0]!;
    expect(image).toMatchObject({ width: 20, height: 30 });
    expect(image!.source).toMatch(/^data:image\/webp;base64,/);
    const plain = await write(showing(() => ({ image: red })));
    expect(plain.found!.shown[0]!.image).toMatchObject({ width: 2, height: 3 });
  });

  it('is written without what cannot be shown, which is said once', async () => {
    const broken = await write(
      showing((index) => {
        if (index === 1) throw new Error('the file is gone');
        return { texts: ['a text'], image: index === 2 ? { ...red, data: new Uint8Array(1) } : red };
      }),
    );
    expect(broken.notes).toHaveLength(1);
    expect(broken.notes[0]).toMatch(/^7 warning: 2 of 4 examples are shown in part: /);
    const byIndex = [...broken.found!.shown].sort((a, b) => a.index - b.index);
    expect(byIndex.map(({ image, texts: read }) => [image !== undefined, read?.length])).toEqual([
      [true, 1],
      [false, undefined],
      [false, 1],
      [true, 1],
    ]);
  });

  it('has counts alone where the data shows nothing', async () => {
    expect((await write()).found).toMatchObject({ counts: { right: 1 }, shown: [] });
  });

  it('is not written where nothing is right or wrong, or where something fails; the run goes on', async () => {
    const unjudged = { faded: { ...evaluations.faded, judged: undefined } };
    expect(await write(undefined, { evaluations: unjudged })).toEqual({ found: undefined, notes: [] });
    const failed = {
      ...evaluations.faded,
      judged: { ...evaluations.faded.judged!, failure: 'no such label' },
    };
    expect(await write(undefined, { evaluations: { faded: failed } })).toEqual({
      found: undefined,
      notes: ['7 warning: there is no examples.json: no such label'],
    });
    const nowhere = await write(undefined, { run: { file: () => path.join(folder, 'none/examples.json') } });
    expect(nowhere.notes[0]).toMatch(/^7 warning: there is no examples.json: /);
  });
});
