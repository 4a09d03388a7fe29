/** `mdpd export` as users call it. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportReport } from './export-report.ts';
import { expectFailure } from './testing/expect-failure.ts';
import { createWorkspace, tinyRecipe, type Finished, type Workspace } from './testing/workspace.ts';

let workspace: Workspace;

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.images('photos/train', ['ant', 'bee', 'cat'], 4);
  workspace.images('photos/test', ['ant', 'bee', 'cat'], 10);
  workspace.write('recipe.yaml', tinyRecipe);
  await succeed('train', 'recipe.yaml', '--out', 'run');
  cpSync(workspace.path('run/model'), workspace.path('model'), { recursive: true });
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await workspace.mdpd(...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

async function refused(code: 1 | 2, ...argv: string[]): Promise<string> {
  return expectFailure(workspace, await workspace.mdpd('export', ...argv), code);
}

const files = (folder: string): string[] =>
  readdirSync(workspace.path(folder), { recursive: true, encoding: 'utf8' }).sort();
const card = (): string => readFileSync(workspace.path('run/model/README.md'), 'utf8');

describe('a run', () => {
  it('gets a float file, compared on its test split', async () => {
    const { stdout, stderr } = await succeed('export', 'run');
    expect(
      stdout.replace(/\d+\.?\d* ms$/m, 'TIME').replace(/\d\.\de-\d/, 'DIFFERENCE'),
    ).toMatchInlineSnapshot();
    expect(stderr).not.toMatch(/warning|error/);
    expect(files('run/model')).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'onnx',
      'onnx/model.onnx',
      'preprocessor_config.json',
    ]);
    expect(card()).toMatch(/\n## ONNX\n\n- `onnx\/model\.onnx` \(\d+ kB\): float32; .*`\n\n## Limits\n/);
  });

  it('gets a small file as well; the card says so once', async () => {
    const { stdout } = await succeed('export', 'run', '--onnx', '--int8', '--limit', '7', '--json');
    const report = JSON.parse(stdout) as ExportReport;
    expect(report).toMatchObject({
      target: 'run',
      folder: 'run/model',
      compared: { examples: 7, origin: './photos/test', executor: 'onnxruntime' },
      files: [
        { path: 'onnx/model.onnx', dtype: 'float32', sameTop: 1 },
        { path: 'onnx/model_quantized.onnx', dtype: 'int8' },
      ],
    });
    const [float, small] = report.files;
    expect(float!.maxDifference).toBeLessThan(1e-5);
    expect(small!.maxDifference).toBeGreaterThan(1e-5);
    expect(small!.bytes).toBe(readFileSync(workspace.path('run/model/onnx/model_quantized.onnx')).length);
    expect(card().match(/^## ONNX$/gm)).toHaveLength(1);
    expect(card()).toContain('`onnx/model_quantized.onnx`');
  });

  it('whose data is gone is compared on random inputs', async () => {
    workspace.write('gone/recipe.yaml', tinyRecipe);
    workspace.images('gone/photos/train', ['ant', 'bee'], 2);
    workspace.images('gone/photos/test', ['ant', 'bee'], 2);
    cpSync(workspace.path('run'), workspace.path('moved/run'), { recursive: true });
    const result = workspace.path('moved/run/result.json');
    writeFileSync(
      result,
      readFileSync(result, 'utf8').replace('"directory": ".."', '"directory": "../nothing"'),
    );
    const { stdout, stderr } = await succeed('export', 'moved/run', '--limit', '3');
    expect(stderr).toMatch(
      /^warning: the data of the run cannot be read \(.*\): random inputs are compared$/m,
    );
    expect(stdout).toContain('3 examples, random inputs');
  });
});

describe('a model without a run', () => {
  it('is compared on random inputs with the executor that is named; its card is not ours', async () => {
    const before = readFileSync(workspace.path('model/README.md'), 'utf8');
    const { stdout } = await succeed('export', 'model', '--limit', '2', '--executor', 'wasm');
    expect(stdout).toMatch(/Compared with the model on wasm: 2 examples, random inputs/);
    expect(existsSync(workspace.path('model/onnx/model.onnx'))).toBe(true);
    expect(readFileSync(workspace.path('model/README.md'), 'utf8')).toBe(before);
  });

  it('is exported to another folder with what Transformers.js needs, and gives the same bytes', async () => {
    await succeed('export', 'model', '--int8', '--limit', '2', '--out', 'public/tiny');
    expect(files('public/tiny')).toEqual([
      'config.json',
      'onnx',
      'onnx/model.onnx',
      'onnx/model_quantized.onnx',
      'preprocessor_config.json',
    ]);
    const bytes = (folder: string): Buffer => readFileSync(workspace.path(folder, 'onnx/model.onnx'));
    expect(bytes('public/tiny').equals(bytes('run/model'))).toBe(true);
  });
});

describe('what goes wrong', () => {
  it('a side network that is kept', async () => {
    await succeed('train', 'recipe.yaml', 'method=side', '--out', 'side', '--smoke');
    expect(await refused(1, 'side')).toMatchInlineSnapshot();
  });

  it('a model of a package without --out', async () => {
    expect(await refused(2, 'zoo:tiny-vit')).toMatchInlineSnapshot();
  });

  it('a folder that is a file', async () => {
    expect(await refused(2, 'model', '--limit', '1', '--out', 'recipe.yaml/x')).toMatchInlineSnapshot();
  });

  it('a file that cannot be written', async () => {
    mkdirSync(workspace.path('taken/onnx/model.onnx/x'), { recursive: true });
    expect(await refused(1, 'model', '--limit', '1', '--out', 'taken')).toMatch(
      /^error WRITE_FAILED at ROOT\/taken\/onnx\/model\.onnx\n {2}cannot write: /,
    );
    expect(readdirSync(workspace.path('taken/onnx'))).toEqual(['model.onnx']);
  });

  it('weights that are no numbers', async () => {
    cpSync(workspace.path('model'), workspace.path('broken'), { recursive: true });
    const weights = readFileSync(workspace.path('broken/model.safetensors'));
    weights.writeFloatLE(NaN, weights.length - 4);
    workspace.write('broken/model.safetensors', weights);
    expect(await refused(1, 'broken', '--limit', '2')).toMatchInlineSnapshot();
  });

  it('a limit that is no number, too many arguments, a misspelt option', async () => {
    expect(await refused(2, 'model', '--limit', 'all')).toMatchInlineSnapshot();
    expect(await refused(2, 'model', 'other')).toMatchInlineSnapshot();
    expect(await refused(2, 'model', '--int4')).toMatchInlineSnapshot();
  });
});
