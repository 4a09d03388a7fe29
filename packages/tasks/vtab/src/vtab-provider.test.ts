import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, ProgressRecord, Task } from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTaskFixture, labelsOf, plain, registry, type TaskFixture } from './testing/task-fixture.ts';
import { vtabProvider } from './vtab-provider.ts';

let fixture: TaskFixture;
beforeEach(() => {
  fixture = createTaskFixture();
});
afterEach(() => fixture.remove());

const open: TaskFixture['open'] = (recipe, given) => fixture.open(recipe, given);
const addImages: TaskFixture['addImages'] = (images) => fixture.addImages(images);

describe('the plugin', () => {
  it('registers the task', () => {
    expect(registry.tasks.get('vtab')).toBe(vtabProvider);
  });
});

describe('mnist', () => {
  it('opens slices with the ten digits', async () => {
    const progress: ProgressRecord[] = [];
    const task = await open(
      { train: 'mnist:train[:30]', validation: 'mnist:train[50000:50010]', test: 'mnist:test[:20]' },
      { progress: (record) => progress.push(record) },
    );
    expect(task).toMatchObject({
      name: 'vtab',
      labels: [...'0123456789'],
      head: { kind: 'classification', outputs: 10 },
      primaryMetric: 'accuracy',
    });
    expect(Object.entries(task.splits).map(([name, { size, origin }]) => [name, size, origin])).toEqual([
      ['train', 30, 'mnist:train[:30]'],
      ['validation', 10, 'mnist:train[50000:50010]'],
      ['test', 20, 'mnist:test[:20]'],
    ]);
    expect((await labelsOf(task, 'train')).slice(0, 5)).toEqual([5, 0, 4, 1, 9]);
    expect(progress.at(-1)).toEqual({ type: 'progress', what: 'reading test images', done: 20, total: 20 });
    expect(progress).toHaveLength(60);
    expect(fixture.warnings).toEqual([]);
  });

  it('opens only the splits that are asked for', async () => {
    const recipe = { train: 'mnist:train[:30]', test: 'mnist:test[:20]', unlabelled: 'mnist:train[30:40]' };
    expect(Object.keys((await open(recipe, { splits: ['test'] })).splits)).toEqual(['test']);
    const all = await open(recipe);
    expect(Object.keys(all.splits)).toEqual(['train', 'test', 'unlabelled']);
    expect(await labelsOf(all, 'unlabelled')).toEqual([]);
  });

  it('limits splits, evenly spread', async () => {
    const recipe = { train: 'mnist:train[:100]', test: 'mnist:test[:50]', limit: { train: 20 } };
    const task = await open(recipe);
    expect([task.splits.train!.size, task.splits.test!.size]).toEqual([20, 50]);
    const whole = await open({ train: 'mnist:train[:100]' });
    const every5th = (await labelsOf(whole, 'train')).filter((_, index) => index % 5 === 0);
    expect(await labelsOf(task, 'train')).toEqual(every5th);
    const smoke = await open(recipe, { limit: 8 });
    expect([smoke.splits.train!.size, smoke.splits.test!.size]).toEqual([8, 8]);
  });

  it('augments training images as the recipe says', async () => {
    const task = await open({ train: 'mnist:train[:30]', augment: { invert: 1 } });
    const load = async (augment: boolean) =>
      (await task.splits.train!.load([3], { ...plain, augment })).input.pixel_values!.data;
    const [negative, image] = [await load(true), await load(false)];
    for (const [i, value] of image.entries()) expect(negative[i]).toBeCloseTo(1 - value, 6);
  });
});

describe('a folder of own images', () => {
  const photos = {
    'train/cat/1.png': 10,
    'train/cat/2.png': 20,
    'train/dog/1.png': 200,
    'train/fox/1.jpg': 100,
    'test/dog/9.webp': 210,
    'test/cat/9.png': 30,
  };

  it('replaces the data of a recipe for MNIST with no other change', async () => {
    await addImages(photos);
    const task = await open({
      train: './train',
      validation: 'mnist:train[50000:54000]',
      test: './test',
      augment: { shift: 2, rotate: 15, scale: 0.15 },
    });
    expect(task.labels).toEqual(['cat', 'dog', 'fox']);
    expect(await labelsOf(task, 'train')).toEqual([0, 0, 1, 2]);
    expect(await labelsOf(task, 'test')).toEqual([0, 1]);
    expect(Object.keys(task.splits)).toEqual(['train', 'test']);
    expect(fixture.warnings).toEqual([
      'validation is left out: the images of mnist:train[50000:54000] share no class with the training images',
    ]);
    const { shape, data: pixels } = (await task.splits.test!.load([1], plain)).input.pixel_values!;
    expect(shape).toEqual([1, 3, 8, 8]);
    expect(Math.abs(pixels[0]! * 255 - 210)).toBeLessThan(3);
  });

  it('maps classes by name, also to those of a saved model', async () => {
    await addImages(photos);
    const recipe = { train: './train', test: './test' };
    const task = await open(recipe, { labels: ['fox', 'dog', 'cat', 'cow'], splits: ['test'] });
    expect(task.labels).toEqual(['fox', 'dog', 'cat', 'cow']);
    expect(await labelsOf(task, 'test')).toEqual([2, 1]);
    await expect(open(recipe, { labels: ['fox', 'dog'] })).rejects.toMatchObject({
      code: 'DATA_CLASSES',
      message: 'the class "cat" of ./train is none of the model\'s classes',
      place: 'data.train',
      allowed: 'fox, dog',
    });
    // Without labels the training images are looked at, but not decoded.
    expect(await labelsOf(await open(recipe, { labels: [], splits: ['test'] }), 'test')).toEqual([0, 1]);
  });

  it('refuses a class in test that training lacks', async () => {
    await addImages({ ...photos, 'test/cow/1.png': 1 });
    await expect(open({ train: './train', test: './test' })).rejects.toMatchObject({
      code: 'DATA_CLASSES',
      message: 'the class "cow" of ./test is none of the model\'s classes',
      place: 'data.test',
      allowed: 'cat, dog, fox',
      fix: 'did you mean "cat"?',
      exitCode: 2,
    });
    // Also for validation, where some classes fit.
    await expect(open({ train: './train', validation: './test' })).rejects.toMatchObject({
      place: 'data.validation',
    });
  });

  it('refuses data without two classes', async () => {
    await addImages({
      'one/cat/1.png': 1,
      'one/cat/2.png': 2,
      'flat/1.png': 1,
      'two/a/1.png': 1,
      'two/a/2.png': 2,
      'two/b/1.png': 3,
    });
    await expect(open({ train: './one' })).rejects.toMatchObject({
      code: 'DATA_CLASSES',
      message: './one has a single class, "cat": there is nothing to learn',
      place: 'data.train',
      allowed: 'two classes or more: a folder for each, with its images inside',
      exitCode: 2,
    });
    await expect(open({ train: './flat' })).rejects.toMatchObject({
      message: 'the images of ./flat have no classes',
    });
    await expect(open({ train: './two[:2]' })).rejects.toMatchObject({
      message: 'all 2 images of ./two[:2] are of one class, "a"',
    });
    await expect(open({ train: './two', test: './flat' })).rejects.toMatchObject({
      message: 'the images of ./flat have no classes',
      place: 'data.test',
      allowed: 'one folder for each class: a, b',
    });
    await expect(open({ test: './two' })).rejects.toMatchObject({
      message: 'nothing says which classes there are',
    });
  });

  it('takes images without classes as unlabelled ones', async () => {
    await addImages({ ...photos, 'more/1.png': 5, 'more/2.png': 6 });
    const task = await open({ train: './train', unlabelled: './more' });
    expect(task.splits.unlabelled!.size).toBe(2);
    expect(await labelsOf(task, 'unlabelled')).toEqual([]);
  });

  it('refuses an empty split before anything is decoded', async () => {
    await addImages(photos);
    mkdirSync(join(fixture.directory, 'empty'));
    await expect(open({ train: './train', test: './empty' })).rejects.toMatchObject({ code: 'DATA_EMPTY' });
    await expect(open({ train: './train', test: './test[2:2]' })).rejects.toMatchObject({
      code: 'DATA_EMPTY',
      place: 'data.test',
    });
  });

  it('names a corrupt image, or skips it', async () => {
    await addImages(photos);
    writeFileSync(join(fixture.directory, 'train/dog/0.png'), 'broken');
    const broken = join(fixture.directory, 'train/dog/0.png');
    await expect(open({ train: './train' })).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      place: broken,
    });
    const task = await open({ train: './train', onCorrupt: 'skip' });
    expect(await labelsOf(task, 'train')).toEqual([0, 0, 1, 2]);
    expect(fixture.warnings).toEqual([`./train: skipped 1 of 5 images that cannot be read: ${broken}`]);
  });

  it('joins splits of several sources, and tests on one of them', async () => {
    await addImages(photos);
    const task = await open({
      train: 'mnist:train[:20] + ./train',
      test: 'mnist:test[:3]',
      validation: './test',
    });
    expect(task.labels).toHaveLength(13);
    expect([task.labels[7], task.labels[10]]).toEqual(['mnist/7', 'cat']);
    expect(await labelsOf(task, 'test')).toEqual([7, 2, 1]);
    expect(await labelsOf(task, 'validation')).toEqual([10, 11]);
    expect((await labelsOf(task, 'train')).slice(-4)).toEqual([10, 10, 11, 12]);
  });
});

describe('preprocessing', () => {
  it("is the checkpoint's, or a preset, and is saved for others", async () => {
    const recipe = { train: 'mnist:train[:30]' };
    const saved = (task: Task) => task.savedFiles()['preprocessor_config.json'] as JsonObject;
    expect(saved(await open(recipe))).toMatchObject({
      image_processor_type: 'ViTImageProcessor',
      size: { height: 8, width: 8 },
      resample: 2,
      image_mean: [0, 0, 0],
    });
    const imagenet = await open({ ...recipe, preprocessing: 'imagenet' });
    expect(saved(imagenet)).toMatchObject({ resample: 3, image_mean: [0.485, 0.456, 0.406] });
    const pixels = async (task: Task) =>
      (await task.splits.train!.load([0, 7], plain)).input.pixel_values!.data;
    const again = await open(recipe, { backboneFiles: { 'preprocessor_config.json': saved(imagenet) } });
    expect(await pixels(again)).toEqual(await pixels(imagenet));
    await open(recipe, { backboneFiles: {} });
    expect(fixture.warnings).toEqual([
      'the backbone has no preprocessor_config.json: direct bilinear resize, mean 0.5 and std 0.5 are used',
    ]);
  });

  it('refuses a backbone that reads no images', async () => {
    const inputs = { input_ids: { shape: [128], dtype: 'int32' } } as const;
    await expect(open({ train: 'mnist:train' }, { inputs })).rejects.toMatchObject({
      code: 'BACKBONE_INPUT',
      message: 'the backbone does not read images: pixel_values is []',
    });
  });
});

describe('a saved model', () => {
  it('encodes what a user names as the data set does', async () => {
    await addImages({ 'photos/a/1.png': 40, 'photos/b/2.png': 90 });
    const task = await vtabProvider.open(fixture.context({ labels: ['a', 'b'] }));
    expect(task.splits).toEqual({});
    const paths = [join(fixture.directory, 'photos/b/2.png'), join(fixture.directory, 'photos/a/1.png')];
    const batch = await task.encode(paths);
    const set = (await open({ train: './photos' })).splits.train!;
    expect(batch.input).toEqual((await set.load([1, 0], plain)).input);
    expect(batch).toMatchObject({ size: 2, target: {} });
    await expect(task.encode([paths[0]!, join(fixture.directory, 'none.png')])).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: 'there is no such file',
      place: join(fixture.directory, 'none.png'),
      fix: 'name files that hold an image: photo.jpg',
    });
  });

  it('needs its class names', async () => {
    await expect(vtabProvider.open(fixture.context())).rejects.toMatchObject({
      code: 'DATA_CLASSES',
      message: 'the model does not say which classes it has',
      allowed: 'config.json with id2label',
    });
  });
});
