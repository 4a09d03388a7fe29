/** Texts, checkpoints and tokenizers of strangers: one message with file and row, no trace of a run, nothing executed. */
import { copyFileSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkpoint, pickled, storage, tensor, text } from '@mdpd/tensor/torch/testing/archive';
import { expectFailure } from '../testing/expect-failure.ts';
import { writeGlue } from '../testing/glue-files.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { writeTinyT5 } from '../testing/tiny-t5.ts';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const packages = new URL('../../../', import.meta.url);
const zoo = fileURLToPath(new URL('zoo/models/tiny-bert', packages));
const hostile = (name: string): string =>
  fileURLToPath(new URL(`tensor/src/torch/oracles/hostile/${name}.bin`, packages));

const own = `task: text
data: { train: ./train.csv, test: ./test.csv, text: text, label: label, maxLength: 16 }
backbone: zoo:tiny-bert
method: head
train: { steps: 2, batchSize: 4 }
`;
const sst2 = `task: glue
data: { task: sst2, root: ./glue, maxLength: 16 }
backbone: zoo:tiny-bert
method: head
train: { steps: 2, batchSize: 4 }
`;
const rows = ['good law,yes', 'bad war,no', 'good peace,yes', 'bad tax,no'];
const header = 'text,label\n';
const lines = (...given: string[]): string => `${header}${[...rows, ...given].join('\n')}\n`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = createWorkspace();
  workspace.write('own.yaml', own);
  workspace.write('sst2.yaml', sst2);
  workspace.write('test.csv', lines());
  await writeGlue(workspace.path('parquet'), { format: 'parquet', tasks: ['sst2', 'rte', 'qnli'] });
});
beforeEach(async () => {
  rmSync(workspace.path('out'), { recursive: true, force: true });
  workspace.write('train.csv', lines());
  rmSync(workspace.path('glue'), { recursive: true, force: true });
  await writeGlue(workspace.path('glue'), { format: 'tsv', tasks: ['sst2'] });
});
afterAll(() => workspace.remove());

/** In this process, which spares each a start; `predict` below is run as users run it. */
const train = (...argv: string[]): Promise<Finished> =>
  mdpdHere(workspace.root, 'train', ...argv, '--out', 'out');

/** The message; exit code 1 or 2, and no trace of a run. */
async function refused(...argv: string[]): Promise<string> {
  const finished = await train(...argv);
  const message = expectFailure(workspace, finished, finished.exitCode === 2 ? 2 : 1);
  expect(existsSync(workspace.path('out'))).toBe(false);
  return message;
}

/** What was said about rows; the run is finished. */
async function warned(...argv: string[]): Promise<string> {
  const finished = await train(...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  expect(existsSync(workspace.path('out/result.json'))).toBe(true);
  rmSync(workspace.path('out'), { recursive: true });
  return finished.stderr.match(/^warning: (?!.*published).*$/gm)?.join('\n') ?? '';
}

const changeSst2 = (change: (file: Buffer) => Uint8Array): void =>
  workspace.write('glue/SST-2/train.tsv', change(readFileSync(workspace.path('glue/SST-2/train.tsv'))));
const added = (bytes: string | Buffer): void =>
  changeSst2((file) => Buffer.concat([file, Buffer.from(bytes)]));

describe('rows', () => {
  it('a label that the task, or the training examples, do not have', async () => {
    added('a fine film \t2\n');
    expect(await refused('sst2.yaml')).toMatchInlineSnapshot(`
      "error TEXT_LABEL at SST-2/train.tsv:50
        the label is "2"
        allowed: 0, 1, negative, positive, or 0, 1"
    `);
    workspace.write('other.csv', lines('worse,maybe'));
    expect(await refused('own.yaml', 'data.test=./other.csv')).toMatchInlineSnapshot(`
      "error TEXT_LABEL at ./other.csv:6
        the class "maybe" is none of the model's classes
        allowed: no, yes
        fix: add examples of it to the training data, or remove the row"
    `);
  });

  it('a sentence that is empty', async () => {
    added('\t1\n');
    expect(await warned('sst2.yaml')).toMatchInlineSnapshot(
      `"warning: SST-2/train.tsv: 1 of 49 rows have an empty text: SST-2/train.tsv:50"`,
    );
    workspace.write('train.csv', lines(',yes'));
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error TEXT_ROW at ./train.csv:6
        there is no text in column "text"
        allowed: text and label in every row
        fix: correct the row, or leave out all rows like it: data.onInvalid=skip"
    `);
    expect(await warned('own.yaml', 'data.onInvalid=skip')).toMatchInlineSnapshot(
      `"warning: ./train.csv: left out 1 of 5 rows without text or label: ./train.csv:6"`,
    );
  });

  it('a row that lacks its label', async () => {
    added('a film that stays\n');
    expect(await warned('sst2.yaml')).toMatchInlineSnapshot(
      `"warning: SST-2/train.tsv: skipped 1 of 49 rows: SST-2/train.tsv:50 (the line has 1 of 2 cells, "label" is missing)"`,
    );
    workspace.write('train.csv', lines('a law without a label,'));
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error TEXT_ROW at ./train.csv:6
        there is no label in column "label"
        allowed: text and label in every row
        fix: correct the row, or leave out all rows like it: data.onInvalid=skip"
    `);
  });

  it('a line of a megabyte', async () => {
    added(`${'long '.repeat(200_000)}\t1\n`);
    expect(await warned('sst2.yaml')).toMatchInlineSnapshot(
      `"warning: SST-2/train.tsv: 1 of 49 texts are cut to 16 tokens"`,
    );
    added(`${'long '.repeat(250_000)}\t1\n`);
    expect(await warned('sst2.yaml')).toMatchInlineSnapshot(`
      "warning: SST-2/train.tsv: skipped 1 of 50 rows: SST-2/train.tsv:51 (the line is too long)
      warning: SST-2/train.tsv: 1 of 49 texts are cut to 16 tokens"
    `);
    workspace.write('train.csv', lines(`${'long '.repeat(250_000)},yes`));
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error TEXT_ROW at ./train.csv:6
        the cell of "text" has 1250000 bytes
        allowed: at most 1048576 bytes"
    `);
    workspace.write('train.jsonl', `{"text":"${'long '.repeat(250_000)}","label":"yes"}\n`);
    expect(await refused('own.yaml', 'data.train=./train.jsonl')).toMatchInlineSnapshot(`
      "error TEXT_ROW at ./train.jsonl:1
        the cell of "text" has 1250000 bytes
        allowed: at most 1048576 bytes"
    `);
  });

  it('bytes that are not UTF-8', async () => {
    added(Buffer.from('a caf\xe9 \t1\n', 'latin1'));
    expect(await warned('sst2.yaml')).toMatchInlineSnapshot(
      `"warning: SST-2/train.tsv: skipped 1 of 49 rows: SST-2/train.tsv:50 (the line is not UTF-8)"`,
    );
    workspace.write('train.csv', Buffer.from(lines('a caf\xe9,yes'), 'latin1'));
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error TEXT_ENCODING at ./train.csv:6
        the cell of "text" is not UTF-8
        fix: save the file as UTF-8: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW"
    `);
    workspace.write('train.csv', Buffer.from(`\uFEFF${lines()}`, 'utf16le'));
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error TEXT_ENCODING at ./train.csv:1
        the cell of "header 1" is not UTF-8
        fix: save the file as UTF-8: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW"
    `);
  });

  it('a NUL character', async () => {
    added('a film\0 \t1\n');
    expect(await warned('sst2.yaml')).toMatchInlineSnapshot(
      `"warning: SST-2/train.tsv: skipped 1 of 49 rows: SST-2/train.tsv:50 (the line holds a NUL character)"`,
    );
    workspace.write('train.csv', lines('a\0law,yes'));
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error TEXT_ENCODING at ./train.csv:6
        the cell of "text" holds a NUL character
        fix: save the file as UTF-8: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW"
    `);
  });

  it('a Parquet file with other columns', async () => {
    cpSync(workspace.path('parquet/rte'), workspace.path('parquet/cola'), { recursive: true });
    expect(await refused('sst2.yaml', 'data={task: cola, root: ./parquet}')).toMatchInlineSnapshot(`
      "error TEXT_COLUMNS at cola/train-00000-of-00001.parquet
        there is no column "sentence"
        allowed: "sentence1", "sentence2", "label", "idx""
    `);
    copyFileSync(
      workspace.path('parquet/qnli/train-00000-of-00001.parquet'),
      workspace.path('train.parquet'),
    );
    expect(await refused('own.yaml', 'data.train=./train.parquet')).toMatchInlineSnapshot(`
      "error TEXT_COLUMNS at ./train.parquet
        there is no column "text"
        allowed: "question", "sentence", "label", "idx""
    `);
  });
});

describe('checkpoints of torch.save', () => {
  beforeEach(() => {
    rmSync(workspace.path('bert'), { recursive: true, force: true });
    cpSync(zoo, workspace.path('bert'), { recursive: true });
    rmSync(workspace.path('bert/model.safetensors'));
  });

  it('that call code: it is named, and not run', async () => {
    copyFileSync(hostile('system'), workspace.path('bert/pytorch_model.bin'));
    expect(await refused('own.yaml', 'backbone=./bert')).toMatchInlineSnapshot(`
      "error CHECKPOINT_UNSAFE at ROOT/bert/pytorch_model.bin
        its pickle asks for "posix.system", which is not among the few names that tensors need
        allowed: tensors, dictionaries, lists, numbers and texts: a checkpoint may run nothing
        fix: if you trust who made it, convert it in Python: \`model.save_pretrained(folder, safe_serialization=True)\` writes safetensors"
    `);
    expect(existsSync(workspace.path('mdpd-exploited'))).toBe(false);
  });

  it('with a tensor outside its storage', async () => {
    const outside = pickled(
      '}(',
      text('bert.embeddings.word_embeddings.weight'),
      tensor(storage('0', 8), 4, [8], [1]),
      'u',
    );
    workspace.write('bert/pytorch_model.bin', checkpoint(outside, { 0: new Uint8Array(32) }));
    expect(await refused('own.yaml', 'backbone=./bert')).toMatchInlineSnapshot(`
      "error CHECKPOINT_INVALID at ROOT/bert/pytorch_model.bin: "bert.embeddings.word_embeddings.weight"
        shape [8] with strides [1] at 4 needs 12 values, but its storage has 8
        fix: the file is damaged, incomplete, or no checkpoint of PyTorch: get it again"
    `);
  });

  it('that are cut off', async () => {
    const whole = readFileSync(hostile('system'));
    workspace.write('bert/pytorch_model.bin', whole.subarray(0, whole.length - 30));
    expect(await refused('own.yaml', 'backbone=./bert')).toMatchInlineSnapshot(`
      "error CHECKPOINT_INVALID at ROOT/bert/pytorch_model.bin
        the archive has no directory at its end
        fix: the file is damaged, incomplete, or no checkpoint of PyTorch: get it again"
    `);
  });
});

describe('tokenizers', () => {
  beforeEach(() => {
    rmSync(workspace.path('bert'), { recursive: true, force: true });
    cpSync(zoo, workspace.path('bert'), { recursive: true });
  });
  const vocabulary = (): string[] =>
    readFileSync(workspace.path('bert/vocab.txt'), 'utf8').trimEnd().split('\n');
  const onlyVocabulary = (words: readonly string[]): void => {
    rmSync(workspace.path('bert/tokenizer.json'));
    workspace.write('bert/vocab.txt', `${words.join('\n')}\n`);
  };

  it('a vocabulary shorter than the checkpoint’s', async () => {
    onlyVocabulary(vocabulary().slice(0, 600));
    expect(await refused('own.yaml', 'backbone=./bert')).toMatchInlineSnapshot(`
      "error TOKENIZER_VOCABULARY at ROOT/bert
        the tokenizer has only 600 tokens, the checkpoint embeddings for 2048
        allowed: 1024 to 2048 tokens
        fix: take the tokenizer files from the same model as the checkpoint"
    `);
  });

  it('a vocabulary longer than the checkpoint’s', async () => {
    onlyVocabulary([...vocabulary(), 'one', 'more-word']);
    expect(await refused('own.yaml', 'backbone=./bert')).toMatchInlineSnapshot(`
      "error TOKENIZER_VOCABULARY at ROOT/bert
        the tokenizer has 2050 tokens, the checkpoint embeddings for 2048
        allowed: at most 2048 tokens
        fix: take the tokenizer files from the same model as the checkpoint"
    `);
  });

  it('the tokenizer of another model', async () => {
    await writeTinyT5(workspace.path('t5'), { words: ['good', 'law', 'bad', 'war'] });
    expect(await refused('own.yaml', 'data.tokenizer=./t5')).toMatchInlineSnapshot(`
      "error TOKENIZER_VOCABULARY at ROOT/t5
        the tokenizer has only 16 tokens, the checkpoint embeddings for 2048
        allowed: 1024 to 2048 tokens
        fix: take the tokenizer files from the same model as the checkpoint"
    `);
    for (const name of ['tokenizer.json', 'tokenizer_config.json'])
      copyFileSync(workspace.path('t5', name), workspace.path('bert', name));
    expect(await refused('own.yaml', 'backbone=./bert')).toMatchInlineSnapshot(`
      "error TOKENIZER_VOCABULARY at ROOT/bert
        the tokenizer has only 16 tokens, the checkpoint embeddings for 2048
        allowed: 1024 to 2048 tokens
        fix: take the tokenizer files from the same model as the checkpoint"
    `);
  });

  it('one that is missing, or damaged', async () => {
    rmSync(workspace.path('bert/tokenizer.json'));
    rmSync(workspace.path('bert/vocab.txt'));
    expect(await refused('own.yaml', 'backbone=./bert')).toMatchInlineSnapshot(`
      "error TOKENIZER_MISSING at ROOT/bert
        the folder ROOT/bert has no tokenizer
        allowed: tokenizer.json with tokenizer_config.json, vocab.txt (BERT), vocab.json with merges.txt (RoBERTa, GPT-2, CLIP), spiece.model (T5), sentencepiece.bpe.model (XLM-RoBERTa)
        fix: copy those files from the model that the checkpoint comes from: on the Hugging Face Hub they are beside config.json"
    `);
    workspace.write('bert/tokenizer.json', '{"model": {"type": "WordPiece", "vocab": ');
    expect(await refused('own.yaml', 'backbone=./bert')).toMatchInlineSnapshot(`
      "error TOKENIZER_INVALID at ROOT/bert/tokenizer.json
        the file is not JSON: Unexpected end of JSON input"
    `);
  });
});

it('predict names what it cannot read', async () => {
  const finished = await train('own.yaml', '--smoke');
  expect(finished.exitCode, finished.stderr).toBe(0);
  for (const input of [' ', 'two\tsentences'])
    expect(expectFailureOf(await workspace.mdpd('predict', 'out', 'good law', input))).toMatch(
      /^error TEXT_INPUT at "/,
    );
  workspace.write('nothing.txt', '\n \n');
  expect(expectFailureOf(await workspace.mdpd('predict', 'out', '--file', 'nothing.txt')))
    .toMatchInlineSnapshot(`
    "error PREDICT_FILE_EMPTY at nothing.txt
      the file names nothing to predict for
      allowed: one image file or text a line"
  `);
});

/** As `expectFailure`, beside a run that is finished. */
function expectFailureOf(finished: Finished): string {
  const { stderr, stdout, exitCode } = finished;
  expect([stdout, exitCode]).toEqual(['', 2]);
  expect(stderr).not.toMatch(/^ {4}at |node:internal|INTERNAL/m);
  return stderr.trimEnd();
}
