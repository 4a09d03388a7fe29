/** Questions, captions and expressions about images. */
import { join } from 'node:path';
import { readImageFile } from '@mdpd/data/image-decode';
import { readCaptions } from '@mdpd/task-vqa/caption-files';
import { AnswerVocabulary, answerForms, buildVocabulary } from '@mdpd/task-vqa/answer-vocabulary';
import { readEasyVqa } from '@mdpd/task-vqa/easy-vqa-files';
import { readGqa } from '@mdpd/task-vqa/gqa-files';
import type { QuestionList } from '@mdpd/task-vqa/questions';
import { readTableQuestions } from '@mdpd/task-vqa/table-questions';
import { readVqa, type QuestionsQuery } from '@mdpd/task-vqa/vqa-files';
import { readJsonl } from '@mdpd/task-refcoco/jsonl-examples';
import { readMdetr } from '@mdpd/task-refcoco/mdetr-examples';
import { CANARY, type FuzzInput } from '../input.ts';
import type { Mutation } from '../mutate/bytes.ts';
import { hostilePaths } from '../mutate/hostile.ts';
import { jsonLineMutation, jsonMutation } from '../mutate/json.ts';
import { chance, pick } from '../mutate/pick.ts';
import { textMutations } from '../mutate/text.ts';
import type { Reader } from '../reader.ts';
import { json, mutateFile, tinyPng } from './corpus.ts';

const structured: readonly Mutation[] = [...Array<Mutation>(10).fill(jsonMutation), ...textMutations];

/** Every question, and the vocabulary of their answers. */
function walk(list: QuestionList): void {
  for (let index = 0; index < list.size; index++) list.at(index);
  const answers = buildVocabulary(list, { minCount: 1, form: answerForms.people, place: 'x' });
  const vocabulary = new AnswerVocabulary(answers);
  for (let index = 0; index < list.size; index++) vocabulary.scores(list.at(index));
}

interface QuestionReader {
  readonly name: string;
  readonly reads: string;
  readonly seed: FuzzInput;
  /** Files that are mutated. */
  readonly files: readonly string[];
  read(query: QuestionsQuery): Promise<QuestionList>;
  readonly list: string;
}

const questionReader = ({ name, reads, seed, files, read, list }: QuestionReader): Reader => ({
  name,
  reads,
  seeds: () => Promise.resolve([seed]),
  mutate: (random, seeds) => mutateFile(random, seeds, () => structured, files),
  read: async (folder) =>
    walk(await read({ root: join(folder, 'data'), name: list, labelled: true, place: 'x' })),
});

const coco = 'COCO_train2014_000000000009.jpg';
const vqaNames = ['v2_OpenEnded_mscoco_train2014_questions.json', 'v2_mscoco_train2014_annotations.json'];
const answers = (...all: string[]) =>
  all.map((answer, index) => ({ answer, answer_confidence: 'yes', answer_id: index + 1 }));

export const vqa = questionReader({
  name: 'vqa',
  reads: 'questions and annotations of VQA v2',
  files: vqaNames.map((name) => `data/${name}`),
  list: 'train2014',
  read: readVqa,
  seed: {
    files: {
      [`data/${vqaNames[0]!}`]: json({
        info: { year: 2017 },
        questions: [
          { image_id: 9, question: 'What colour?', question_id: 9000 },
          { image_id: 9, question: 'How many?', question_id: 9001 },
        ],
      }),
      [`data/${vqaNames[1]!}`]: json({
        annotations: [
          {
            question_type: 'what',
            multiple_choice_answer: 'red',
            answers: answers('red', 'red', 'blue'),
            image_id: 9,
            answer_type: 'other',
            question_id: 9000,
          },
          {
            question_type: 'how many',
            multiple_choice_answer: '2',
            answers: answers('2', 'two'),
            image_id: 9,
            answer_type: 'number',
            question_id: 9001,
          },
        ],
      }),
      [`data/train2014/${coco}`]: tinyPng,
    },
  },
});

export const gqa = questionReader({
  name: 'gqa',
  reads: 'questions of GQA',
  files: ['data/train_balanced_questions.json'],
  list: 'train_balanced',
  read: readGqa,
  seed: {
    files: {
      'data/train_balanced_questions.json': json({
        '001': {
          question: 'Is it red?',
          imageId: '9',
          answer: 'yes',
          isBalanced: true,
          groups: { global: null, local: 'x' },
          types: { structural: 'verify', semantic: 'attr' },
        },
        '002': {
          question: 'What is it?',
          imageId: '9',
          answer: 'cat',
          isBalanced: true,
          groups: { global: 'animal' },
          types: { structural: 'query', semantic: 'obj' },
        },
      }),
      'data/images/9.jpg': tinyPng,
    },
  },
});

export const easyVqa = questionReader({
  name: 'easy-vqa',
  reads: 'questions of easy-VQA',
  files: ['data/train/questions.json'],
  list: 'train',
  read: readEasyVqa,
  seed: {
    files: {
      'data/train/questions.json': json([
        ['what shape?', 'circle', 0],
        ['is it red?', 'no', 0],
      ]),
      'data/train/images/0.png': tinyPng,
    },
  },
});

const captionFile = 'annotations/captions_train2014.json';

export const captions: Reader = {
  name: 'captions',
  reads: 'captions of COCO',
  seeds: () =>
    Promise.resolve([
      {
        files: {
          [captionFile]: json({
            images: [
              { id: 9, file_name: coco },
              { id: 10, file_name: 'b.jpg' },
            ],
            annotations: [
              { image_id: 9, id: 1, caption: 'a red cat' },
              { image_id: 10, id: 2, caption: 'no cat', foil: true },
            ],
          }),
        },
      },
    ]),
  mutate: (random, seeds) => mutateFile(random, seeds, () => structured, [captionFile]),
  read: async (folder) =>
    void (await readCaptions({ root: folder, subtype: 'train2014', foils: false, place: 'x' })),
};

const mdetrFile = 'finetune_refcoco_train.json';

export const mdetr: Reader = {
  name: 'mdetr',
  reads: 'expressions as MDETR prepares them',
  seeds: () =>
    Promise.resolve([
      {
        files: {
          [`data/${mdetrFile}`]: json({
            images: [
              { id: 0, file_name: coco, width: 64, height: 48, caption: 'the cat' },
              { id: 1, file_name: coco, width: 64, height: 48, caption: 'left' },
            ],
            annotations: [
              { image_id: 0, bbox: [1, 2, 3, 4] },
              { image_id: 1, bbox: [5.5, 2, 30, 40] },
            ],
          }),
          [`data/train2014/${coco}`]: tinyPng,
        },
      },
    ]),
  mutate: (random, seeds) => mutateFile(random, seeds, () => structured, [`data/${mdetrFile}`]),
  read: async (folder) =>
    void (await readMdetr({
      file: mdetrFile,
      root: join(folder, 'data'),
      images: undefined,
      directory: folder,
      warn: () => undefined,
    })),
};

const linkTargets = [CANARY, '../canary', '/etc/passwd', 'a.png', '.'];

export const expressions: Reader = {
  name: 'expressions',
  reads: 'expressions in JSON lines, and the headers of their images',
  seeds: () =>
    Promise.resolve([
      {
        files: {
          'x.jsonl': Buffer.from(
            '{"image":"a.png","expression":"the left one","bbox":[0,0,1,2]}\n{"file_name":"b/a.png","caption":"dot","box":[1,1,1,1]}\n',
          ),
          'a.png': tinyPng,
          'b/a.png': tinyPng,
        },
      },
    ]),
  mutate(random, seeds) {
    if (chance(random, 0.15)) {
      const seed = pick(random, seeds);
      const line = JSON.stringify({
        image: pick(random, [...hostilePaths, 'link.png', 'out/canary']),
        expression: 'x',
        bbox: [0, 0, 1, 1],
      });
      return {
        files: { ...seed.files, 'x.jsonl': Buffer.from(`${line}\n`) },
        links: { 'link.png': pick(random, linkTargets), out: '../canary' },
      };
    }
    return mutateFile(
      random,
      seeds,
      () => [...Array<Mutation>(10).fill(jsonLineMutation), ...textMutations],
      ['x.jsonl'],
    );
  },
  read: async (folder) =>
    void (await readJsonl({
      file: 'x.jsonl',
      root: folder,
      images: undefined,
      directory: folder,
      format: 'xywh',
      warn: () => undefined,
    })),
};

export const tableQuestions: Reader = {
  name: 'table-questions',
  reads: 'questions in a table, with names of images',
  seeds: () =>
    Promise.resolve([
      {
        files: {
          'x.csv': Buffer.from('image,question,answer\na.png,what?,cat\nb/a.png,"is it, red?",no\n'),
          'a.png': tinyPng,
          'b/a.png': tinyPng,
        },
      },
    ]),
  mutate(random, seeds) {
    if (chance(random, 0.15)) {
      const seed = pick(random, seeds);
      const cell = pick(random, [...hostilePaths, 'link.png', 'out/canary'])
        .replaceAll('\n', '')
        .replaceAll('"', '');
      return {
        files: { ...seed.files, 'x.csv': Buffer.from(`image,question,answer\n"${cell}",a,b\na.png,a,c\n`) },
        links: { 'link.png': pick(random, linkTargets), out: '../canary' },
      };
    }
    return mutateFile(random, seeds, () => textMutations, ['x.csv']);
  },
  async read(folder) {
    const columns = { image: 'image', question: 'question', answer: 'answer' };
    const list = await readTableQuestions({
      root: folder,
      spec: './x.csv',
      columns,
      place: 'x',
      warn: () => undefined,
    });
    walk(list);
    for (let index = 0; index < Math.min(5, list.size); index++) await readImageFile(list.at(index).image);
  },
};
