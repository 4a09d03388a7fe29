/** The folders as tasks find them: complete, the same every time, in the layouts of the data sets. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createRegistry } from '@mdpd/core';
import { openFolder } from '@mdpd/data/open-folder';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import plugin from '../plugin.ts';
import { captionedSource, sceneSource } from './scene-sources.ts';

const counts = { train: 24, grounding: 9, validation: 8, test: 8 };
const source = sceneSource('scenes', counts);

let directory: string;
let folder: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mdpd-scenes-'));
  folder = await source.prepare({ directory });
});
afterAll(() => rmSync(directory, { recursive: true }));

function files(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function hashOf(root: string, keep: (path: string) => boolean): string {
  const hash = createHash('sha256');
  for (const path of files(root).filter(keep)) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 16);
}

const json = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'));

describe('zoo:scenes', () => {
  it('is written once, under a name that says what it is, and counts images', async () => {
    expect(folder).toMatch(/runs[/\\]data[/\\]scenes-[0-9a-f]{8}$/u);
    const before = statSync(folder).mtimeMs;
    expect(await openFolder('zoo:scenes', { directory, sources: [source] })).toBe(folder);
    expect(statSync(folder).mtimeMs).toBe(before);
    const other = sceneSource('scenes', { ...counts, train: 2 });
    const done: number[] = [];
    const otherFolder = await other.prepare({
      directory,
      progress: (each, total) => void done.push(each / total),
    });
    expect(basename(otherFolder)).not.toBe(basename(folder));
    expect(done).toHaveLength(27);
    expect(done.at(-1)).toBe(1);
  });

  it('has the same bytes every time', async () => {
    const again = mkdtempSync(join(tmpdir(), 'mdpd-scenes-'));
    try {
      const second = await source.prepare({ directory: again });
      expect(files(second)).toEqual(files(folder));
      expect(hashOf(second, () => true)).toBe(hashOf(folder, () => true));
    } finally {
      rmSync(again, { recursive: true });
    }
  });

  it('stays as it is: what was trained on it was measured on these words and boxes', () => {
    // Pictures are left out: another version of librsvg may draw an edge otherwise.
    expect(hashOf(folder, (path) => !path.endsWith('.jpg'))).toMatchInlineSnapshot(`"447ce15681175228"`);
  });

  it('has the files of VQA v2, GQA, RefCOCO and COCO', () => {
    const found = files(folder).map((path) => path.replaceAll(/\d{12}|\b\d{6}\b/gu, 'N'));
    expect([...new Set(found)]).toMatchInlineSnapshot(`
      [
        "README.md",
        "annotations/captions_train2014.json",
        "annotations/captions_val2014.json",
        "annotations/foil_train2014.json",
        "annotations/foil_val2014.json",
        "images/N.jpg",
        "images/mscoco/images/train2014/COCO_train2014_N.jpg",
        "refcoco+/instances.json",
        "refcoco+/refs(unc).p",
        "refcoco/instances.json",
        "refcoco/refs(unc).p",
        "refcocog/instances.json",
        "refcocog/refs(umd).p",
        "test2015/COCO_test2015_N.jpg",
        "testdev_all_questions.json",
        "testdev_balanced_questions.json",
        "testdev_choices.json",
        "train2014/COCO_train2014_N.jpg",
        "train_all_questions.json",
        "train_balanced_questions.json",
        "train_choices.json",
        "train_sceneGraphs.json",
        "v2_OpenEnded_mscoco_test-dev2015_questions.json",
        "v2_OpenEnded_mscoco_test2015_questions.json",
        "v2_OpenEnded_mscoco_train2014_questions.json",
        "v2_OpenEnded_mscoco_val2014_questions.json",
        "v2_mscoco_train2014_annotations.json",
        "v2_mscoco_val2014_annotations.json",
        "val2014/COCO_val2014_N.jpg",
        "val_all_questions.json",
        "val_balanced_questions.json",
        "val_choices.json",
        "val_sceneGraphs.json",
      ]
    `);
  });

  it('has the images of every list, under all the paths that their readers know, in the size that is said', async () => {
    const { images } = json('refcoco/instances.json') as { images: Record<string, unknown>[] };
    expect(images).toHaveLength(counts.train + counts.grounding);
    for (const { file_name, id, width, height } of images) {
      const paths = [
        `train2014/${String(file_name)}`,
        `images/${String(id)}.jpg`,
        `images/mscoco/images/train2014/${String(file_name)}`,
      ];
      const bytes = paths.map((path) => readFileSync(join(folder, path)));
      expect(bytes[1]).toEqual(bytes[0]);
      expect(bytes[2]).toEqual(bytes[0]);
      const metadata = await sharp(bytes[0]).metadata();
      expect([metadata.width, metadata.height]).toEqual([width, height]);
    }
  });

  it('has questions and annotations of VQA v2 that belong together', () => {
    for (const [subtype, size] of [
      ['train2014', counts.train],
      ['val2014', counts.validation],
    ] as const) {
      const { questions, ...head } = json(`v2_OpenEnded_mscoco_${subtype}_questions.json`) as {
        questions: Record<string, unknown>[];
      };
      expect(head).toMatchObject({ task_type: 'Open-Ended', data_type: 'mscoco', data_subtype: subtype });
      const { annotations } = json(`v2_mscoco_${subtype}_annotations.json`) as {
        annotations: Record<string, unknown>[];
      };
      expect(new Set(questions.map((each) => each['image_id'])).size).toBe(size);
      expect(new Set(questions.map((each) => each['question_id'])).size).toBe(questions.length);
      expect(annotations.map((each) => each['question_id'])).toEqual(
        questions.map((each) => each['question_id']),
      );
      for (const { image_id, answers, multiple_choice_answer } of annotations) {
        const path = `${subtype}/COCO_${subtype}_${String(image_id).padStart(12, '0')}.jpg`;
        expect(statSync(join(folder, path)).size).toBeGreaterThan(500);
        expect(answers).toEqual(
          Array.from({ length: 10 }, (_, index) => ({
            answer: multiple_choice_answer,
            answer_confidence: 'yes',
            answer_id: index + 1,
          })),
        );
      }
    }
    const all = json('v2_OpenEnded_mscoco_test2015_questions.json') as { questions: unknown[] };
    const dev = json('v2_OpenEnded_mscoco_test-dev2015_questions.json') as { questions: unknown[] };
    expect(all.questions).toEqual(expect.arrayContaining(dev.questions));
    expect(dev.questions.length).toBeLessThan(all.questions.length);
  });

  it('has questions of GQA whose entailed ones are there, with valid answers and objects of the scene graph', () => {
    interface Entry {
      entailed: string[];
      imageId: string;
      isBalanced: boolean;
      answer: string;
      annotations: { question: Record<string, string> };
      types: Record<string, string>;
    }
    const all = json('val_all_questions.json') as Record<string, Entry>;
    const balanced = json('val_balanced_questions.json') as Record<string, Entry>;
    const choices = json('val_choices.json') as Record<string, { valid: string[]; plausible: string[] }>;
    const graphs = json('val_sceneGraphs.json') as Record<string, { objects: Record<string, unknown> }>;
    expect(Object.keys(choices)).toEqual(Object.keys(all));
    expect(Object.keys(graphs)).toHaveLength(counts.validation);
    for (const [id, entry] of Object.entries(all)) {
      expect(entry.isBalanced).toBe(id in balanced);
      for (const other of entry.entailed) expect(all[other]?.imageId).toBe(entry.imageId);
      expect(choices[id]!.valid).toContain(entry.answer);
      expect(['query', 'verify', 'choose', 'compare', 'logical']).toContain(entry.types['structural']);
      expect(['obj', 'attr', 'rel', 'global', 'cat']).toContain(entry.types['semantic']);
      for (const object of Object.values(entry.annotations.question)) {
        expect(Object.keys(graphs[entry.imageId]!.objects)).toContain(object);
      }
    }
  });

  it('has captions, each with a foil', () => {
    const { annotations, images } = json('annotations/captions_val2014.json') as {
      annotations: Record<string, unknown>[];
      images: unknown[];
    };
    const foils = (json('annotations/foil_val2014.json') as { annotations: Record<string, unknown>[] })
      .annotations;
    expect(images).toHaveLength(counts.validation);
    expect(foils).toHaveLength(2 * annotations.length);
    for (const [index, { id, image_id, caption }] of annotations.entries()) {
      expect(foils[2 * index]).toMatchObject({
        foil_id: id,
        image_id,
        caption,
        foil: false,
        foil_word: 'ORIG',
      });
      expect(foils[2 * index + 1]).toMatchObject({ foil_id: id, image_id, foil: true });
    }
  });
});

it('zoo:captioned-scenes has captions of other images than zoo:scenes', async () => {
  const captions = await captionedSource('captioned-scenes', { train: 5, validation: 3 }).prepare({
    directory,
  });
  const found = files(captions);
  expect(found.filter((path) => path.endsWith('.json'))).toEqual([
    'annotations/captions_train2014.json',
    'annotations/captions_val2014.json',
    'annotations/foil_train2014.json',
    'annotations/foil_val2014.json',
  ]);
  expect(found.filter((path) => path.startsWith('train2014/'))).toHaveLength(5);
  expect(readFileSync(join(captions, 'README.md'), 'utf8')).toContain(
    'generated by mdpd (`zoo:captioned-scenes`)',
  );
  for (const path of found.filter((each) => each.endsWith('.jpg'))) {
    const bytes = readFileSync(join(captions, path));
    for (const other of files(folder).filter((each) => /^(train|val|test)20/u.test(each))) {
      expect(readFileSync(join(folder, other)).equals(bytes)).toBe(false);
    }
  }
});

it('the plugin registers both', () => {
  const { folderSources } = createRegistry([plugin]);
  expect(folderSources.names).toEqual(['zoo:scenes', 'zoo:captioned-scenes']);
  for (const { description } of folderSources.values) expect(description).toContain('generated');
});
