/**
 * `zoo:scenes`: one folder that stands for those of VQA v2, GQA and RefCOCO, with scenes for photographs.
 *
 * Everything in it is generated: no image, question or expression is of the data sets whose formats these are.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCaptions } from './caption-files.ts';
import { QuestionChooser } from './choose-questions.ts';
import type { Style } from './expressions.ts';
import { gqaChoice, gqaQuestions, gqaSceneGraph } from './gqa-files.ts';
import { createListFile, createObjectFile } from './json-file.ts';
import { toPickle } from './pickle.ts';
import { refcocoInstances, refcocoRefs } from './refcoco-files.ts';
import { sceneImages, type SceneImage } from './scene-image.ts';
import {
  annotationsHead,
  questionsHead,
  vqaAnnotations,
  vqaQuestions,
  type AskedImage,
} from './vqa-files.ts';
import { writeImages } from './write-images.ts';

/** Numbers of scenes. */
export interface SceneCounts {
  /** With questions, captions and expressions to learn from. */
  readonly train: number;
  /** For the other splits of RefCOCO alone, whose images are COCO's train2014 too. */
  readonly grounding: number;
  readonly validation: number;
  readonly test: number;
}

const refsFiles: Readonly<Record<Style, string>> = {
  refcoco: 'refs(unc).p',
  'refcoco+': 'refs(unc).p',
  refcocog: 'refs(umd).p',
};

/** Writes what is said about an image, and at the end closes the files. */
interface Writer {
  add(asked: AskedImage): Promise<void>;
  close(): Promise<void>;
}

/** `test-dev2015` is a part of `test2015`; as in VQA v2 the answers of both are not published. */
async function vqaWriter(folder: string, subtype: string): Promise<Writer> {
  const questionsFile = join(folder, `v2_OpenEnded_mscoco_${subtype}_questions.json`);
  const annotationsFile = join(folder, `v2_mscoco_${subtype}_annotations.json`);
  const questions = await createListFile(questionsFile, questionsHead(subtype), 'questions');
  const annotations = subtype.startsWith('test')
    ? undefined
    : await createListFile(annotationsFile, annotationsHead(subtype), 'annotations');
  return {
    async add(asked) {
      for (const each of vqaQuestions(asked)) await questions.add(each);
      if (!annotations) return;
      for (const each of vqaAnnotations(asked)) await annotations.add(each);
    },
    async close() {
      await questions.close();
      await annotations?.close();
    },
  };
}

/** GQA does not publish the scene graphs of `testdev`. */
async function gqaWriter(folder: string, tier: string): Promise<Writer> {
  const file = (name: string) => createObjectFile(join(folder, `${tier}_${name}.json`));
  const [balanced, all, choices] = [
    await file('balanced_questions'),
    await file('all_questions'),
    await file('choices'),
  ];
  const graphs = tier === 'testdev' ? undefined : await file('sceneGraphs');
  return {
    async add(asked) {
      for (const [id, question] of Object.entries(gqaQuestions(asked))) {
        await all.add(question, id);
        if (question.isBalanced) await balanced.add(question, id);
        await choices.add(gqaChoice(question), id);
      }
      await graphs?.add(gqaSceneGraph(asked.image), String(asked.image.id));
    },
    async close() {
      for (const each of [balanced, all, choices, graphs]) await each?.close();
    },
  };
}

/** Asks questions about a split, balanced within it. `part` gets those of its first images too. */
async function ask(
  images: readonly SceneImage[],
  writers: readonly Writer[],
  part?: { writer: Writer; share: number },
): Promise<void> {
  const chooser = new QuestionChooser();
  const inPart = part ? Math.ceil(images.length * part.share) : 0;
  for (const [index, image] of images.entries()) {
    const asked = { image, questions: chooser.choose(image.random.fork('questions'), image.scene) };
    for (const writer of writers) await writer.add(asked);
    if (index < inPart) await part!.writer.add(asked);
  }
  for (const writer of writers) await writer.close();
  await part?.writer.close();
}

async function writeRefcoco(
  folder: string,
  train: readonly SceneImage[],
  others: readonly SceneImage[],
): Promise<void> {
  const instances = JSON.stringify(refcocoInstances([...train, ...others]));
  for (const style of Object.keys(refsFiles) as Style[]) {
    await mkdir(join(folder, style));
    await writeFile(join(folder, style, 'instances.json'), instances);
    await writeFile(join(folder, style, refsFiles[style]), toPickle(refcocoRefs({ train, others }, style)));
  }
}

/** Where readers of COCO (VQA v2, captions), GQA and RefCOCO look for an image. */
function pathsOf({ folder, fileName, id }: SceneImage): string[] {
  const paths = [`${folder}/${fileName}`, `images/${id}.jpg`];
  return folder === 'train2014' ? [...paths, `images/mscoco/images/train2014/${fileName}`] : paths;
}

export const readme = `# Scenes of drawn shapes

Everything in this folder was generated by mdpd (\`zoo:scenes\`): images, questions, answers, expressions and captions.
Nothing is of VQA v2, GQA, COCO or RefCOCO, whose file formats these are. No rights are reserved.
`;

/** Writes all files. `progress` counts images. */
export async function writeScenes(
  folder: string,
  counts: SceneCounts,
  progress?: (done: number, total: number) => void,
): Promise<void> {
  const [train, grounding] = [sceneImages('train', counts.train), sceneImages('grounding', counts.grounding)];
  const [validation, test] = [sceneImages('validation', counts.validation), sceneImages('test', counts.test)];
  await writeFile(join(folder, 'README.md'), readme);
  await ask(train, [await vqaWriter(folder, 'train2014'), await gqaWriter(folder, 'train')]);
  await ask(validation, [await vqaWriter(folder, 'val2014'), await gqaWriter(folder, 'val')]);
  const testDev = { writer: await vqaWriter(folder, 'test-dev2015'), share: 0.25 };
  await ask(test, [await vqaWriter(folder, 'test2015'), await gqaWriter(folder, 'testdev')], testDev);
  await writeRefcoco(folder, train, grounding);
  await writeCaptions(folder, train, 'train2014');
  await writeCaptions(folder, validation, 'val2014');
  await writeImages(folder, [...train, ...grounding, ...validation, ...test], pathsOf, progress);
}
