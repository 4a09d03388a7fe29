import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatError, type Dataset, type MdpdError, type ProgressRecord, type Task } from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { glueProvider } from './glue-provider.ts';
import { findGlueTask, glueTasks } from './glue-tasks.ts';
import { splitExamples, writeGlueFixtures, type GlueFormat } from './testing/glue-fixtures.ts';
import { createGlueFixture, type GlueFixture } from './testing/glue-fixture.ts';
import { plain, registry, targetsOf, wordsOf } from './testing/text-fixture.ts';

let fixture: GlueFixture;
beforeEach(() => {
  fixture = createGlueFixture();
});
afterEach(() => {
  vi.unstubAllEnvs();
  fixture.remove();
});

const formats: readonly GlueFormat[] = ['tsv', 'parquet', 'converter', 'jsonl'];
const trained = glueTasks.filter(({ name }) => name !== 'ax');
const sizesOf = (task: Task): Record<string, number> =>
  Object.fromEntries(Object.entries(task.splits).map(([name, { size }]) => [name, size]));
const inputsOf = async (set: Dataset): Promise<number[]> => {
  const { input } = await set.load([...Array(set.size).keys()], plain);
  return [...input['input_ids']!.data];
};
const textOf = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run;
    return 'nothing';
  } catch (thrown) {
    return formatError(thrown as MdpdError);
  }
};

describe('the plugin', () => {
  it('registers the task', () => {
    expect(registry.tasks.get('glue')).toBe(glueProvider);
  });
});

describe('every task in every layout', () => {
  it.each(trained.map(({ name }) => name))('%s has the same examples in all of them', async (name) => {
    const definition = findGlueTask(name);
    const target = definition.kind === 'regression' ? 'score' : 'label';
    const seen: unknown[] = [];
    for (const format of formats) {
      fixture.add({ format, tasks: [name] });
      const task = await fixture.open({ task: name });
      const mismatched = name === 'mnli';
      expect(sizesOf(task)).toEqual({ train: 48, test: mismatched ? 40 : 20 });
      expect(task).toMatchObject({
        name: 'glue',
        labels: definition.labels,
        head: { kind: definition.kind, outputs: definition.labels.length },
      });
      const expected = splitExamples(definition, 'train', { format }).map(({ label }) => label);
      const labels = await targetsOf(task, 'train', target);
      labels.forEach((label, i) => expect(label).toBeCloseTo(expected[i]!, 6));
      seen.push([await inputsOf(task.splits.train!), await inputsOf(task.splits.test!), labels]);
      expect(await wordsOf(task.splits.train!, 2)).toMatch(/^\[CLS\] " /);
      fixture.remove();
      fixture = createGlueFixture();
    }
    for (const other of seen.slice(1)) expect(other).toEqual(seen[0]);
  });

  it('warns where sizes are not the published ones', async () => {
    fixture.add({ format: 'tsv', tasks: ['rte'] });
    await fixture.open({ task: 'RTE' });
    expect(fixture.warnings).toEqual([
      'RTE/train.tsv has 48 examples, the published train split has 2490: figures may not be comparable',
      'RTE/dev.tsv has 20 examples, the published validation split has 277: figures may not be comparable',
    ]);
  });

  it('leaves broken rows of QQP out', async () => {
    fixture.add({ format: 'tsv', tasks: ['qqp'] });
    await fixture.open({ task: 'qqp' });
    expect(fixture.said()).toEqual([
      expect.stringMatching(
        /^QQP\/train\.tsv: skipped 12 of 60 rows: QQP\/train\.tsv:8 \(the line has 4 of 6 cells/,
      ),
      expect.stringMatching(/^QQP\/dev\.tsv: skipped 4 of 24 rows: /),
    ]);
  });

  it('cuts MRPC itself where nobody has', async () => {
    fixture.add({ format: 'tsv', tasks: ['mrpc'] });
    const cut = await fixture.open({ task: 'mrpc' });
    const before = [await inputsOf(cut.splits.train!), await inputsOf(cut.splits.test!)];
    fixture.remove();
    fixture = createGlueFixture();
    fixture.add({ format: 'tsv', tasks: ['mrpc'], uncutMrpc: true });
    const uncut = await fixture.open({ task: 'mrpc' });
    expect([await inputsOf(uncut.splits.train!), await inputsOf(uncut.splits.test!)]).toEqual(before);
    expect(uncut.splits.train!.origin).toBe('MRPC/msr_paraphrase_train.txt (mrpc train)');
    const opened = await uncut.submission!.open();
    expect(opened['test']!.size).toBe(12);
  });

  it('says what MRPC lacks', async () => {
    fixture.add({ format: 'tsv', tasks: ['mrpc'], uncutMrpc: true });
    const text = readFileSync(join(fixture.directory, 'glue/MRPC/msr_paraphrase_train.txt'));
    fixture.write({ 'other/MRPC/msr_paraphrase_train.txt': text });
    expect(await textOf(fixture.open({ task: 'mrpc', root: './other' }))).toBe(
      [
        `error DATA_MISSING at ${join(fixture.directory, 'other/MRPC/mrpc_dev_ids.tsv')}`,
        '  MRPC is there as Microsoft gives it out, without the list of pairs to develop on',
        '  fix: put mrpc_dev_ids.tsv of GLUE beside msr_paraphrase_train.txt, or train.tsv and dev.tsv',
      ].join('\n'),
    );
  });
});

describe('protocols', () => {
  it('tests on halves of validation that have nothing in common', async () => {
    fixture.add({ format: 'jsonl', tasks: ['cola'], sizes: { validation: 21 } });
    const half = await fixture.open({ task: 'cola', protocol: 'half' });
    expect(sizesOf(half)).toEqual({ train: 48, validation: 10, test: 11 });
    const whole = await fixture.open({ task: 'cola' });
    const texts = async (set: Dataset): Promise<string[]> =>
      Promise.all(Array.from({ length: set.size }, (_, i) => wordsOf(set, i)));
    const parts = [...(await texts(half.splits.validation!)), ...(await texts(half.splits.test!))];
    expect(parts.sort()).toEqual((await texts(whole.splits.test!)).sort());
    const again = await fixture.open({ task: 'cola', protocol: 'half' });
    expect(await texts(again.splits.test!)).toEqual(await texts(half.splits.test!));
    const other = await fixture.open({ task: 'cola', protocol: 'half', splitSeed: 7 });
    expect(await texts(other.splits.test!)).not.toEqual(await texts(half.splits.test!));
    // A file of which two halves are used is read once, and compared with the published size once.
    expect(fixture.warnings.filter((message) => message.includes('validation split'))).toHaveLength(4);
  });

  it('holds training examples of large tasks out', async () => {
    fixture.add({ format: 'jsonl', tasks: ['sst2'] });
    const task = await fixture.open({ task: 'sst2', protocol: 'half' });
    expect(sizesOf(task)).toEqual({ train: 24, validation: 24, test: 20 });
  });

  it('measures both splits of MNLI, apart', async () => {
    fixture.add({ format: 'tsv', tasks: ['mnli'] });
    const task = await fixture.open({ task: 'mnli' });
    const { test } = task.splits;
    expect([test!.size, test!.origin, task.primaryMetric]).toEqual([
      40,
      'MNLI/dev_matched.tsv + MNLI/dev_mismatched.tsv',
      'combined_score',
    ]);
    const flags = await targetsOf(task, 'test', 'mismatched');
    expect(flags).toEqual([...Array<number>(20).fill(0), ...Array<number>(20).fill(1)]);
    expect(Object.keys((await task.splits.train!.load([0], plain)).target)).toEqual(['label']);
    expect(Object.keys(task.metrics().result())).toEqual(['accuracy', 'accuracy_mm', 'combined_score']);
    // The label that counts, not that of single people, who all say something else.
    expect((await targetsOf(task, 'test', 'label')).slice(0, 4)).toEqual([0, 1, 2, 1]);
    const half = await fixture.open({ task: 'mnli', protocol: 'half' });
    expect(sizesOf(half)).toEqual({ train: 48, validation: 20, test: 20 });
    expect([half.primaryMetric, half.splits.test!.origin]).toEqual(['accuracy', 'MNLI/dev_matched.tsv']);
    expect(half.splits.validation!.origin).toBe('MNLI/dev_mismatched.tsv');
    expect(await targetsOf(half, 'validation', 'mismatched')).toEqual([]);
  });
});

describe('splits', () => {
  it('are opened as far as they are asked for, and limited evenly', async () => {
    fixture.add({ format: 'parquet', tasks: ['rte', 'mnli'] });
    const progress: ProgressRecord[] = [];
    const only = await fixture.open(
      { task: 'rte' },
      { splits: ['test'], progress: (record) => progress.push(record) },
    );
    expect(sizesOf(only)).toEqual({ test: 20 });
    expect(progress).toEqual([{ type: 'progress', what: 'encoding test texts', done: 20, total: 20 }]);
    expect(fixture.warnings).toHaveLength(1);
    expect(sizesOf(await fixture.open({ task: 'rte', limit: 8 }))).toEqual({ train: 8, test: 8 });
    expect(sizesOf(await fixture.open({ task: 'rte', limit: { train: 6 } }, { limit: 10 }))).toEqual({
      train: 6,
      test: 10,
    });
    const smoke = await fixture.open({ task: 'mnli' }, { limit: 10 });
    expect((await targetsOf(smoke, 'test', 'mismatched')).filter(Boolean)).toHaveLength(5);
  });

  it('are files by name', async () => {
    fixture.add({ format: 'tsv', tasks: ['cola', 'mnli'] });
    fixture.add({ format: 'jsonl', tasks: ['cola', 'mnli'] });
    const cola = await fixture.open({
      task: 'cola',
      train: './glue/CoLA/train.tsv',
      validation: './glue/cola/validation.jsonl',
    });
    expect(sizesOf(cola)).toEqual({ train: 48, test: 20 });
    expect(cola.submission).toBeUndefined();
    const names = {
      task: 'mnli',
      train: './glue/MNLI/train.tsv',
      validation: './glue/mnli/validation_matched.jsonl',
    };
    const matched = await fixture.open(names);
    expect([sizesOf(matched), matched.primaryMetric]).toEqual([{ train: 48, test: 20 }, 'accuracy']);
    const both = await fixture.open({ ...names, mismatched: './glue/MNLI/dev_mismatched.tsv' });
    expect([sizesOf(both), both.primaryMetric]).toEqual([{ train: 48, test: 40 }, 'combined_score']);
    expect(await textOf(fixture.open({ ...names, protocol: 'half' }))).toBe(
      [
        'error DATA_MISSING at data.mismatched',
        '  no file is named for the validation_mismatched split of MNLI',
        '  allowed: a .tsv, .csv, .jsonl or .parquet file',
      ].join('\n'),
    );
  });

  it('come from the hub, here from its cache', async () => {
    const commit = 'c'.repeat(40);
    const repository = 'cache/datasets--nyu-mll--glue';
    writeGlueFixtures(join(fixture.directory, repository, 'snapshots', commit), {
      format: 'parquet',
      tasks: ['rte'],
    });
    fixture.write({ [`${repository}/refs/main`]: commit });
    vi.stubEnv('HF_HUB_CACHE', join(fixture.directory, 'cache'));
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const source = 'hub:nyu-mll/glue';
    const task = await fixture.open({ task: 'rte', source });
    expect(sizesOf(task)).toEqual({ train: 48, test: 20 });
    expect(task.splits.train!.origin).toBe(`${source}@${commit} rte train`);
    expect(Object.keys(await task.submission!.open())).toEqual(['test']);
    expect(await textOf(fixture.open({ task: 'sst2', source }))).toMatch(/^error HUB_OFFLINE at data.source/);
    expect(await textOf(fixture.open({ task: 'sst2', source: 'nyu-mll/glue' }))).toMatch(
      /^error HUB_REFERENCE at data.source/,
    );
  });

  it('are said to be missing with what was looked for', async () => {
    expect(await textOf(fixture.open({ task: 'sst2' }))).toBe(
      [
        'error DATA_MISSING at data.root',
        '  there is no file for the train split of SST-2',
        `  allowed: SST-2/train.tsv, sst2/train-00000-of-00001.parquet, sst2/train/0000.parquet, sst2/train.jsonl in ${join(fixture.directory, 'glue')}`,
        '  fix: put GLUE there (docs/text.md has the layouts), or name where it is: data.root=…',
      ].join('\n'),
    );
    expect(await textOf(fixture.open({ task: 'ax' }))).toBe(
      [
        'error GLUE_TASK at data.task',
        '  AX has neither training examples nor public labels',
        '  fix: train mnli: its submission has the answers to AX',
      ].join('\n'),
    );
    expect(await textOf(fixture.open({ task: 'snli' }))).toContain('"snli" is none of the tasks of GLUE');
  });
});

describe('labels', () => {
  const turned = { id2label: { 0: 'CONTRADICTION', 1: 'NEUTRAL', 2: 'ENTAILMENT' } };

  it("follow the checkpoint's own order, in training and afterwards", async () => {
    fixture.add({ format: 'parquet', tasks: ['mnli', 'ax'] });
    const { backbone } = fixture.context();
    const own = { backbone: { ...backbone, config: { ...backbone.config, ...turned } } };
    const task = await fixture.open({ task: 'mnli' }, own);
    expect(task.labels).toEqual(['CONTRADICTION', 'NEUTRAL', 'ENTAILMENT']);
    const published = await fixture.open({ task: 'mnli' });
    const [mine, theirs] = [
      await targetsOf(task, 'train', 'label'),
      await targetsOf(published, 'train', 'label'),
    ];
    expect(mine).toEqual(theirs.map((label) => 2 - label));
    const saved = await fixture.open(
      { task: 'mnli' },
      { labels: ['NEUTRAL', 'ENTAILMENT', 'CONTRADICTION'], splits: ['test'] },
    );
    expect((await targetsOf(saved, 'test', 'label')).slice(0, 3)).toEqual([1, 0, 2]);
    const { archive } = task.submission!.write(join(fixture.directory, 'answers'), {
      test_matched: Float32Array.of(9, 0, 0),
    });
    expect(readFileSync(join(archive, '../MNLI-m.tsv'), 'utf8')).toBe(
      'index\tprediction\n0\tcontradiction\n',
    );
  });

  it('of another task are refused', async () => {
    fixture.add({ format: 'parquet', tasks: ['sst2'] });
    expect(await textOf(fixture.open({ task: 'sst2' }, { labels: ['unacceptable', 'acceptable'] }))).toBe(
      [
        'error DATA_CLASSES at data.task',
        "  the model's classes are unacceptable, acceptable",
        '  allowed: negative, positive for SST-2',
        '  fix: name the task that the model was trained for',
      ].join('\n'),
    );
  });

  it('that are wrong in the file are named with their row', async () => {
    fixture.write({
      'glue/RTE/train.tsv': 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\ta\tb\tneutral\n',
    });
    expect(await textOf(fixture.open({ task: 'rte' }))).toBe(
      [
        'error TEXT_LABEL at RTE/train.tsv:3',
        '  the label is "neutral"',
        '  allowed: entailment, not_entailment, or 0, 1',
      ].join('\n'),
    );
  });

  it('are scores of STS-B, whose variance is the unit of its loss', async () => {
    fixture.add({ format: 'tsv', tasks: ['stsb'] });
    const task = await fixture.open({ task: 'stsb' });
    expect([task.labels, task.primaryMetric]).toEqual([['score'], 'combined_score']);
    fixture.write({ 'glue/STS-B/train.tsv': 'sentence1\tsentence2\tscore\na\tb\t2\na\tb\t2.0\n' });
    expect(await textOf(fixture.open({ task: 'stsb' }))).toBe(
      'error DATA_CLASSES at data.train\n  all 2 scores of STS-B/train.tsv are equal: there is nothing to learn',
    );
  });
});

describe('a saved model', () => {
  it('is known by what was saved with it', async () => {
    fixture.add({ format: 'tsv', tasks: ['wnli'] });
    const task = await fixture.open({ task: 'wnli' });
    const files = task.savedFiles();
    expect(files['mdpd_text.json']).toEqual({ task: 'wnli', sentences: 2, maxLength: 24 });
    const saved = await glueProvider.open(
      fixture.context({
        labels: task.labels,
        backboneFiles: { 'mdpd_text.json': files['mdpd_text.json'] as never },
      }),
    );
    expect([saved.splits, saved.labels, saved.name]).toEqual([{}, ['not_entailment', 'entailment'], 'glue']);
    const first = splitExamples(findGlueTask('wnli'), 'train', { format: 'tsv' })[0]!;
    const batch = await saved.encode([`${first.first}\t${first.second}`]);
    expect(batch.input).toEqual((await task.splits.train!.load([0], plain)).input);
    expect(saved.savedFiles()).toEqual(files);
    expect(saved.submission).toBeUndefined();
  });

  it('is known by its classes, else reads one sentence or two', async () => {
    const open = (labels: string[], config = {}): Promise<Task> => {
      const { backbone } = fixture.context();
      return glueProvider.open(
        fixture.context({ labels, backbone: { ...backbone, config: { ...backbone.config, ...config } } }),
      );
    };
    const cola = await open(['unacceptable', 'acceptable']);
    expect([cola.primaryMetric, await textOf(cola.encode(['a\tb']))]).toEqual([
      'matthews_correlation',
      'error TEXT_INPUT at "a\\tb"\n  there are 2 sentences\n  allowed: one sentence',
    ]);
    const other = await open(['LABEL_0', 'LABEL_1']);
    expect((await other.encode(['a', 'a\ta'])).size).toBe(2);
    const score = await open(['score']);
    expect(score.head).toEqual({ kind: 'regression', outputs: 1 });
    const foreign = await open(['LABEL_0'], { problem_type: 'regression' });
    expect([foreign.head.kind, foreign.primaryMetric]).toEqual(['regression', 'pearson']);
    expect(await textOf(open([]))).toBe(
      'error DATA_CLASSES\n  the model does not say which classes it has\n  allowed: config.json with id2label',
    );
  });
});

describe('a submission', () => {
  it('has the examples without labels, and the files of the server', async () => {
    fixture.add({ format: 'tsv', tasks: ['mnli', 'ax', 'stsb'] });
    const task = await fixture.open({ task: 'mnli' });
    const splits = await task.submission!.open();
    expect(Object.entries(splits).map(([name, { size, origin }]) => [name, size, origin])).toEqual([
      ['test_matched', 12, 'MNLI/test_matched.tsv'],
      ['test_mismatched', 12, 'MNLI/test_mismatched.tsv'],
      ['ax', 12, 'diagnostic/diagnostic.tsv'],
    ]);
    expect((await splits['ax']!.load([0], plain)).target).toEqual({});
    const folder = join(fixture.directory, 'answers');
    const outputs = Object.fromEntries(Object.keys(splits).map((name) => [name, new Float32Array(36)]));
    expect(task.submission!.write(folder, outputs).missing).toHaveLength(8);
    expect(readFileSync(join(folder, 'AX.tsv'), 'utf8').split('\n').slice(0, 3)).toEqual([
      'index\tprediction',
      '0\tentailment',
      '1\tentailment',
    ]);
    const scores = await fixture.open({ task: 'stsb' });
    const written = scores.submission!.write(folder, { test: Float32Array.of(2.5, 9) });
    expect(written.missing).not.toContain('AX.tsv');
    expect(readFileSync(join(folder, 'STS-B.tsv'), 'utf8')).toBe('index\tprediction\n0\t2.500\n1\t5.000\n');
  });

  it('leaves out what is not there, and refuses broken rows', async () => {
    fixture.add({ format: 'tsv', tasks: ['mnli'] });
    const task = await fixture.open({ task: 'mnli' });
    expect(Object.keys(await task.submission!.open())).toEqual(['test_matched', 'test_mismatched']);
    expect(fixture.said()).toEqual(['there is no file for the test split of AX: its answers are left out']);
    fixture.write({ 'glue/RTE/dev.tsv': 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n' });
    const rte = await fixture.open({ task: 'rte' }, { splits: ['test'] });
    expect(await textOf(rte.submission!.open())).toBe(
      [
        'error DATA_MISSING at data.root',
        '  there is no file for the test split of RTE',
        "  fix: put GLUE's test files there (docs/text.md has the layouts), or name where they are: data.root=…",
      ].join('\n'),
    );
    fixture.add({ format: 'tsv', tasks: ['sst2'] });
    fixture.write({ 'glue/SST-2/test.tsv': 'index\tsentence\n0\ta\n1\n' });
    const sst2 = await fixture.open({ task: 'sst2' });
    expect(await textOf(sst2.submission!.open())).toBe(
      'error TEXT_ROW at SST-2/test.tsv:3\n  the line has 1 of 2 cells, "sentence" is missing',
    );
  });
});
