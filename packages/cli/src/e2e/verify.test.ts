/** `mdpd verify`: a good run passes, and whatever was done to one is named. */
import {
  appendFileSync,
  cpSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import type { Result } from '@mdpd/report/result';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, tinyRecipe, type Finished, type Workspace } from '../testing/workspace.ts';
import type { Verification } from '../verify-target.ts';

let workspace: Workspace;

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.images('photos/train', ['ant', 'bee', 'cat'], 4);
  workspace.images('photos/test', ['ant', 'bee', 'cat'], 4);
  // Of the eager executors, which need no time to compile so small a model.
  workspace.write('recipe.yaml', `${tinyRecipe}executor: wasm\n`);
  await succeed('train', 'recipe.yaml', 'method=mdpd', '--smoke', '--out', 'good');
  await succeed('train', 'recipe.yaml', 'method=side', '--smoke', '--out', 'side');
});
afterAll(() => workspace.remove());

const mdpd = (...argv: string[]): Promise<Finished> => mdpdHere(workspace.root, ...argv);

async function succeed(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await mdpd(...argv);
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout;
}

const weights = 'run/model/model.safetensors';
const text = (name: string): string => readFileSync(workspace.path(name), 'utf8');
const put = (name: string, content: string | Uint8Array): void =>
  writeFileSync(workspace.path(name), content);
const replace = (name: string, before: string | RegExp, after: string): void => {
  const changed = text(name).replace(before, after);
  expect(changed).not.toBe(text(name));
  put(name, changed);
};

/** The run's hashes are made those of its files: as somebody would who hides a change. */
async function hide(): Promise<void> {
  const { hashRun } = await import('../file-hashes.ts');
  const result = JSON.parse(text('run/result.json')) as Result;
  put('run/result.json', JSON.stringify({ ...result, files: hashRun(workspace.path('run')) }));
}

/** Code, or name, of every check that failed, and its message. */
async function failures(...options: string[]): Promise<string[]> {
  const { exitCode, stdout } = await mdpd('verify', 'run', '--json', ...options);
  const { ok, checks } = JSON.parse(stdout) as Verification;
  const failed = checks.filter(({ status }) => status === 'FAILED');
  expect(ok).toBe(failed.length === 0);
  expect(exitCode).toBe(ok ? 0 : 1);
  return failed.map(({ name, code, message }) => `${name} ${code}: ${message}`);
}

describe('nothing is wrong', () => {
  it('with a run: one line a check', async () => {
    const shown = await succeed('verify', 'good');
    expect(shown.replace(/(accuracy) [\d.]+ %/, '$1 P %')).toMatchInlineSnapshot(`
      "ok        files    7 files, the bytes that result.json has hashes of
      ok        recipe   recipe.yaml resolves, and is that of result.json: vtab, fresh vit, mdpd, seed 0
      ok        config   config.json: ViTForImageClassification
      ok        weights  40 tensors, names and shapes of the model, no byte besides
      ok        numbers  4,899 values, all finite
      ok        card     README.md: metadata, metrics, recipe and 4,899 parameters as in the run
      ok        metric   accuracy P % on 12 test examples: exactly what result.json says

      good: nothing is wrong.
      "
    `);
  });

  it('with its model folder, and with a run that keeps its side network', async () => {
    expect(await succeed('verify', 'good/model', '--no-evaluate')).toContain('good/model: nothing is wrong.');
    const shown = await succeed('verify', 'side');
    expect(shown).toMatch(/ok +method +the side network is that of method side/);
    expect(shown).toMatch(/exactly what result.json says/);
  });

  it('after an export into the model, and with another executor', async () => {
    cpSync(workspace.path('good'), workspace.path('exported'), { recursive: true });
    await succeed('export', 'exported');
    const shown = await succeed('verify', 'exported', '--executor', 'onnxruntime');
    expect(shown).toContain('8 files');
    expect(shown).toMatch(/ok +metric .* what result.json says/);
  });

  it('with a part of the examples, which is compared as far as chance allows', async () => {
    const shown = await succeed('verify', 'good', '--limit', '6');
    expect(shown).toMatch(/on 6 of 12 test examples, .* on all: as far apart as chance allows/);
  });

  it('with a model from elsewhere, as far as that goes', async () => {
    cpSync(workspace.path('good/model'), workspace.path('elsewhere'), { recursive: true });
    expect(await succeed('verify', 'elsewhere')).toMatchInlineSnapshot(`
      "left out  files    no hashes are recorded: this is a model without the folder of its run
      ok        config   config.json: ViTForImageClassification
      ok        weights  40 tensors, names and shapes of backbone and head (ViTForImageClassification)
      ok        numbers  4,899 values, all finite
      left out  metric   there is no result.json: nothing says what evaluate should give

      elsewhere: nothing is wrong.
      "
    `);
  });
});

describe('what was done to a run is named', () => {
  beforeEach(() => {
    rmSync(workspace.path('run'), { recursive: true, force: true });
    cpSync(workspace.path('good'), workspace.path('run'), { recursive: true });
  });

  it('a flipped byte of the weights', async () => {
    const bytes = readFileSync(workspace.path(weights));
    bytes[bytes.length - 3]! ^= 1;
    put(weights, bytes);
    expect(await failures('--no-evaluate')).toEqual([
      expect.stringMatching(
        /^files VERIFY_ALTERED: model\/model.safetensors was altered: its SHA-256 is \w{12}…/,
      ),
    ]);
  });

  it('an extra tensor, a missing one and another shape, hashes or not', async () => {
    const tensors = await readSafetensors(workspace.path(weights));
    const { 'classifier.bias': bias, 'classifier.weight': weight, ...rest } = tensors;
    const more = { data: Float32Array.of(1, 2), shape: [2], dtype: 'float32' } as const;
    const reshaped = { ...weight!, shape: [...weight!.shape].reverse() };
    writeSafetensors(workspace.path(weights), { ...rest, 'classifier.weight': reshaped, hidden: more });
    expect(bias).toBeDefined();
    await hide();
    expect(await failures('--no-evaluate')).toEqual([
      'weights VERIFY_TENSORS: the tensor classifier.bias is missing',
      'weights VERIFY_TENSORS: classifier.weight is [16, 3] instead of [3, 16]',
      'weights VERIFY_TENSORS: the tensor "hidden" belongs to no part of the model',
    ]);
  });

  it('bytes after the tensors', async () => {
    appendFileSync(workspace.path(weights), 'stowaway');
    await hide();
    expect(await failures('--no-evaluate')).toEqual([
      expect.stringMatching(
        /^weights SAFETENSORS_OFFSETS: the tensors take \d+ bytes, but the file has \d+$/,
      ),
    ]);
  });

  it('metadata, and room in the header that readers skip', async () => {
    writeSafetensors(workspace.path(weights), await readSafetensors(workspace.path(weights)), {
      metadata: { format: 'pt', note: 'something' },
    });
    await hide();
    expect(await failures('--no-evaluate')).toEqual([
      'weights VERIFY_METADATA: the header has metadata "note" that mdpd does not write',
    ]);
    padHeader((header) => `${JSON.stringify(header)}${' '.repeat(800)}`);
    await hide();
    expect(await failures('--no-evaluate')).toContain(
      'weights VERIFY_METADATA: the header has blanks that mdpd does not write',
    );
    padHeader((header) => {
      Object.assign(header['classifier.bias'] as object, { payload: 'x'.repeat(100) });
      return JSON.stringify(header);
    });
    await hide();
    expect(await failures('--no-evaluate')).toContain(
      'weights VERIFY_METADATA: the header says more of classifier.bias than type, shape and place',
    );
  });

  /** Writes the weights with another header, and the tensors as they are. */
  function padHeader(change: (header: Record<string, unknown>) => string): void {
    const bytes = readFileSync(workspace.path(weights));
    const end = 8 + Number(bytes.readBigUInt64LE());
    const header = change(JSON.parse(bytes.toString('utf8', 8, end)) as Record<string, unknown>);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
    put(weights, Buffer.concat([length, Buffer.from(header), bytes.subarray(end)]));
  }

  it('a weight that is no number', async () => {
    const tensors = await readSafetensors(workspace.path(weights));
    tensors['classifier.bias']!.data[1] = NaN;
    writeSafetensors(workspace.path(weights), tensors);
    await hide();
    expect(await failures('--no-evaluate')).toEqual([
      'numbers VERIFY_NOT_FINITE: classifier.bias has 1 values that are not numbers, the first at index 1: NaN',
    ]);
  });

  it('another metric', async () => {
    replace('run/result.json', /("faded": \{\s*"accuracy": )[\d.]+/, '$10.4321');
    expect(await failures()).toEqual([
      expect.stringMatching(
        /^card VERIFY_CARD: the card claims \{"accuracy":.*result.json has \{"accuracy":0.4321/,
      ),
      expect.stringMatching(
        /^metric VERIFY_METRIC: evaluate gives accuracy [\d.]+, result.json says 0.4321$/,
      ),
    ]);
  });

  it('other metadata of the card, but for a license, which nothing else tells', async () => {
    const card = 'run/model/README.md';
    replace(card, 'pipeline_tag: image-classification', 'pipeline_tag: text-generation\nlicense: mit');
    replace(card, 'tags:\n  - mdpd\n', 'base_model: google/vit\ntags:\n  - mdpd\n  - "yes"\n');
    replace(card, 'split: test', 'split: train');
    await hide();
    expect(await failures('--no-evaluate')).toEqual([
      'card VERIFY_CARD: the card says pipeline_tag "text-generation" instead of "image-classification"',
      expect.stringMatching(/^card VERIFY_CARD: the card says tags \["mdpd","yes",/),
      expect.stringMatching(/^card VERIFY_CARD: the card says model-index .*"split":"train"/),
      'card VERIFY_CARD: the card says base_model "google/vit" instead of nothing',
    ]);
    put(card, text(card).replace(/^---\n[^]*?\n---\n/, ''));
    await hide();
    expect(await failures('--no-evaluate')).toEqual([
      expect.stringMatching(/^card VERIFY_CARD: the head of the card cannot be read: /),
    ]);
  });

  it('another recipe', async () => {
    replace('run/recipe.yaml', 'seed: 0', 'seed: 7');
    expect(await failures('--no-evaluate')).toEqual([
      expect.stringMatching(/^files VERIFY_ALTERED: recipe.yaml was altered/),
      'recipe VERIFY_RECIPE: recipe.yaml says train.seed 7, result.json 0',
      'card VERIFY_CARD: the recipe in the card is not recipe.yaml',
    ]);
    put('run/recipe.yaml', 'task: [');
    expect(await failures('--no-evaluate')).toEqual([
      expect.stringMatching(/^files VERIFY_ALTERED/),
      expect.stringMatching(/^recipe RECIPE_YAML/),
    ]);
  });

  it('another config.json, and one that would run code', async () => {
    replace('run/model/config.json', '"task": "vtab"', '"task": "glue"');
    replace('run/model/config.json', '{', '{ "auto_map": { "AutoModel": "evil.Model" },');
    await hide();
    expect(await failures('--no-evaluate')).toEqual([
      'config VERIFY_CONFIG: config.json says mdpd.task "glue" instead of "vtab"',
      'config VERIFY_CONFIG: config.json has auto_map: with trust_remote_code Python would run code of the folder',
    ]);
  });

  it('files added, missing and replaced by links', async () => {
    put('run/model/evil.py', 'print()');
    unlinkSync(workspace.path('run/model/preprocessor_config.json'));
    unlinkSync(workspace.path('run/metrics.jsonl'));
    symlinkSync('/etc/hosts', workspace.path('run/metrics.jsonl'));
    expect((await failures('--no-evaluate')).slice(0, 3)).toEqual([
      'files VERIFY_ADDED: metrics.jsonl is a link or a device',
      'files VERIFY_ADDED: model/evil.py was not there at the end of the run',
      'files VERIFY_MISSING: model/preprocessor_config.json is missing',
    ]);
  });

  it('a model that is gone', async () => {
    rmSync(workspace.path('run/model'), { recursive: true });
    const found = await failures();
    expect(found.at(-1)).toMatch(/^model RUN_WITHOUT_MODEL: /);
    expect(found.filter((each) => each.includes('VERIFY_MISSING'))).toHaveLength(4);
  });

  it('with what to do about it', async () => {
    put('run/model/evil.py', 'print()');
    const { exitCode, stdout } = await mdpd('verify', 'run', '--no-evaluate');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      [
        'FAILED    files    VERIFY_ADDED: model/evil.py was not there at the end of the run',
        '                   fix: remove it: nothing of the run needs it',
      ].join('\n'),
    );
    expect(stdout).toMatch(/\nrun: FAILED \(files\)\.\n$/);
  });
});

it('what cannot be checked is an error as everywhere', async () => {
  const { exitCode, stderr } = await mdpd('verify', 'nothing');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error TARGET_NOT_FOUND/m);
});
