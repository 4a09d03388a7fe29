/** Data that cannot be trained on: one message that names the file or split, and no run that looks finished. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, tinyRecipe, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  workspace.write('recipe.yaml', tinyRecipe);
  workspace.images('photos/train', ['ant', 'bee'], 4);
  workspace.images('photos/test', ['ant', 'bee'], 2);
});
afterAll(() => workspace.remove());

/** The message; exit code 1 or 2, and no trace of a run. */
async function refused(...overrides: string[]): Promise<string> {
  const finished = await mdpdHere(workspace.root, 'train', 'recipe.yaml', '--out', 'out', ...overrides);
  const message = expectFailure(workspace, finished, finished.exitCode === 2 ? 2 : 1);
  expect(existsSync(workspace.path('out'))).toBe(false);
  return message;
}

it('a folder that is not there', async () => {
  expect(await refused('data.train=./photos/trian')).toMatchInlineSnapshot(`
    "error DATA_MISSING at data.train
      there is no folder or list file "./photos/trian"
      fix: looked for ROOT/photos/trian; relative paths start where the command is run"
  `);
});

it('a source or split that does not exist', async () => {
  expect(await refused('data.train=minst:train')).toMatchInlineSnapshot(`
    "error UNKNOWN_SOURCE at data.train
      there is no data source "minst"
      allowed: mnist, fashion-mnist, glyphs, symbols, shapes, textures
      fix: did you mean "mnist"?"
  `);
  expect(await refused('data.train=shapes:trian')).toMatchInlineSnapshot(`
    "error UNKNOWN_SPLIT at data.train
      the source "shapes" has no split "trian"
      allowed: train, test
      fix: did you mean "train"?"
  `);
});

it('an empty split', async () => {
  mkdirSync(workspace.path('photos/empty'));
  expect(await refused('data.test=./photos/empty')).toMatchInlineSnapshot(`
    "error DATA_EMPTY at ROOT/photos/empty
      the folder holds no image that is read
      allowed: images that end in .jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif, one folder for each class: ROOT/photos/empty/CLASS/IMAGE"
  `);
  mkdirSync(workspace.path('photos/bare/ant'), { recursive: true });
  expect(await refused('data.test=./photos/bare')).toMatchInlineSnapshot(`
    "error DATA_EMPTY at ROOT/photos/bare
      the class folder "ant" holds no image that is read
      allowed: images that end in .jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif, one folder for each class: ROOT/photos/bare/CLASS/IMAGE"
  `);
  expect(await refused('data.train=./photos/train[:0]')).toMatchInlineSnapshot(`
    "error DATA_EMPTY at data.train
      "./photos/train[:0]" holds no image
      fix: it has 8 images before the slice: take a slice that ends after it starts"
  `);
});

it('no test split', async () => {
  workspace.write('no-test.yaml', tinyRecipe.replace('  test: ./photos/test\n', ''));
  const finished = await workspace.mdpd('train', 'no-test.yaml', '--out', 'out');
  expect(expectFailure(workspace, finished, 2)).toMatchInlineSnapshot(`
    "error SPLIT_MISSING at no-test.yaml
      the data has no split "test"
      allowed: train
      fix: name it in the recipe, or on the command line: data.test=…"
  `);
});

it('a class in test that train lacks', async () => {
  workspace.images('photos/more', ['ant', 'bee', 'cat'], 2);
  expect(await refused('data.test=./photos/more')).toMatchInlineSnapshot(`
    "error DATA_CLASSES at data.test
      the class "cat" of ./photos/more is none of the model's classes
      allowed: ant, bee
      fix: did you mean "ant"?"
  `);
});

describe('a corrupt image among good ones', () => {
  beforeAll(() => {
    workspace.images('photos/mixed', ['ant', 'bee'], 3);
    const good = readFileSync(workspace.path('photos/mixed/ant/0.png'));
    workspace.write('photos/mixed/ant/1.png', good.subarray(0, good.length - 30));
    workspace.write('photos/mixed/bee/2.png', 'not an image');
  });

  it('ends the run before training', async () => {
    // What the decoder says about a cut-off file differs from time to time.
    expect(await refused('data.train=./photos/mixed')).toMatch(
      /^error IMAGE_UNREADABLE at ROOT\/photos\/mixed\/ant\/1\.png\n {2}the image is damaged: .+\n {2}fix: repair or remove the file, or set data\.onCorrupt=skip$/,
    );
  });

  it('is left out with a warning where the recipe says so', async () => {
    const run = ['train', 'recipe.yaml', '--out', 'skipped', '--smoke', 'data.train=./photos/mixed'];
    const { exitCode, stderr } = await workspace.mdpd(...run, 'data.onCorrupt=skip');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/^warning: .*1\.png/m);
    expect(readFileSync(workspace.path('skipped/metrics.jsonl'), 'utf8')).toMatch(
      /^\{"type":"note","step":0,"message":"warning: /m,
    );
  });

  it('is named by predict', async () => {
    const good = 'photos/mixed/ant/0.png';
    const finished = await workspace.mdpd('predict', 'skipped', good, 'photos/mixed/bee/2.png');
    expect(expectFailure(workspace, finished, 1)).toMatchInlineSnapshot(`
      "error IMAGE_UNREADABLE at photos/mixed/bee/2.png
        not an image that can be read: Input buffer contains unsupported image format
        fix: name files that hold an image: photo.jpg"
    `);
    const missing = await workspace.mdpd('predict', 'skipped', 'photos/mixed/nothing.png');
    expect(expectFailure(workspace, missing, missing.exitCode === 2 ? 2 : 1)).toMatchInlineSnapshot(`
      "error IMAGE_UNREADABLE at photos/mixed/nothing.png
        there is no such file
        fix: name files that hold an image: photo.jpg"
    `);
  });
});
