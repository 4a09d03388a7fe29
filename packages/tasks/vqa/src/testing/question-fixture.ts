/** A folder with few questions in the layouts of VQA v2, GQA, easy-VQA and a table, and what tasks over it are opened with. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRegistry, type InputSpec, type Task, type TaskContext, type TaskProvider } from '@mdpd/core';
import sharp from 'sharp';
import plugin from '../plugin.ts';

export const registry = createRegistry([plugin]);
export const plain = { augment: false, seed: 0, epoch: 0 } as const;

const tokens: InputSpec = { shape: [16], dtype: 'int32', variable: [0] };
/** As ViLT's. */
export const inputs: Readonly<Record<string, InputSpec>> = {
  input_ids: tokens,
  attention_mask: tokens,
  token_type_ids: tokens,
  pixel_values: { shape: [3, 8, 8], dtype: 'float32' },
  pixel_mask: { shape: [8, 8], dtype: 'int32' },
};

const words =
  '[PAD] [UNK] [CLS] [SEP] [MASK] what is the colour shape of there a red blue circle square how many ? ,';

interface Asked {
  readonly question: string;
  readonly answer: string;
  /** How many of ten people say so; the others say `unsure`. */
  readonly people: number;
  readonly type: string;
}
export const asked: readonly Asked[] = [
  { question: 'what is the colour?', answer: 'red', people: 10, type: 'other' },
  { question: 'is there a circle?', answer: 'yes', people: 9, type: 'yes/no' },
  { question: 'how many?', answer: '2', people: 7, type: 'number' },
  { question: 'is there a square?', answer: 'no', people: 4, type: 'yes/no' },
  { question: 'what is the shape?', answer: 'circle', people: 8, type: 'other' },
  { question: 'is the circle blue?', answer: 'no', people: 10, type: 'yes/no' },
];

export const json = (value: unknown): string => JSON.stringify(value);
export const vqaQuestion = (index: number) => ({
  image_id: 10 + (index % 3),
  question: asked[index]!.question,
  question_id: (10 + (index % 3)) * 1000 + index,
});
export function vqaAnnotation(index: number) {
  const { answer, people, type } = asked[index]!;
  const { question, ...ids } = vqaQuestion(index);
  const answers = Array.from({ length: 10 }, (_, at) => ({
    answer: at < people ? answer : 'unsure',
    answer_confidence: 'yes',
    answer_id: at + 1,
  }));
  const question_type = question.split(' ').slice(0, 2).join(' ');
  return { ...ids, question_type, answer_type: type, multiple_choice_answer: answer, answers };
}
export const numbers = [...asked.keys()];
const structural = ['query', 'verify', 'query', 'choose', 'query', 'logical'];
export const gqaQuestions = Object.fromEntries(
  asked.map(({ question, answer }, index) => [
    `0${index}7`,
    {
      semantic: [{ operation: 'select', dependencies: [], argument: 'circle (1)' }],
      entailed: [],
      equivalent: [`0${index}7`],
      question,
      imageId: `n${10 + (index % 3)}`,
      isBalanced: true,
      groups: { global: index % 2 ? null : 'color', local: 'x' },
      answer,
      annotations: { answer: {}, question: { '2': '1' }, fullAnswer: {} },
      types: { detailed: 'x', semantic: 'attr', structural: structural[index] },
      fullAnswer: answer,
    },
  ]),
);

const withoutAnswer = Object.fromEntries(
  Object.entries(gqaQuestions).map(([id, { question, imageId, isBalanced }]) => [
    id,
    { question, imageId, isBalanced },
  ]),
);

function files(): Record<string, string> {
  const questions = numbers.map(vqaQuestion);
  const annotations = numbers.map(vqaAnnotation);
  const result: Record<string, string> = {
    'model/vocab.txt': words.split(' ').join('\n') + '\n',
    'v2_OpenEnded_mscoco_test2015_questions.json': json({ questions }),
    'submission_all_questions.json': json(withoutAnswer),
    'testdev_balanced_questions.json': json(gqaQuestions),
    'train_balanced_questions/train_balanced_questions_10.json': json(
      Object.fromEntries(Object.entries(gqaQuestions).slice(3)),
    ),
    'train_balanced_questions/train_balanced_questions_9.json': json(
      Object.fromEntries(Object.entries(gqaQuestions).slice(0, 3)),
    ),
    'train.csv':
      'question,image,answer\n' +
      asked
        .map(({ question, answer }, i) => `"${question}",images/n${10 + (i % 3)}.jpg,${answer}\n`)
        .join(''),
  };
  for (const subtype of ['train2014', 'val2014']) {
    const info = { info: { year: 2017 }, data_subtype: subtype, license: {} };
    result[`v2_OpenEnded_mscoco_${subtype}_questions.json`] = json({
      ...info,
      task_type: 'Open-Ended',
      questions,
    });
    result[`v2_mscoco_${subtype}_annotations.json`] = json({
      ...info,
      annotations: [...annotations].reverse(),
    });
  }
  for (const split of ['train', 'test'])
    result[`${split}/questions.json`] = json(
      asked.map(({ question, answer }, index) => [question, answer, index % 3]),
    );
  return result;
}

const images = [10, 11, 12].flatMap((number, index) => [
  ...['train2014', 'val2014', 'test2015'].map((folder) => `${folder}/COCO_${folder}_0000000000${number}.jpg`),
  `images/n${number}.jpg`,
  `train/images/${index}.png`,
  `test/images/${index}.png`,
]);

export interface QuestionFixture {
  readonly folder: string;
  readonly warnings: string[];
  write(path: string, content: string | Buffer): void;
  open(task: 'vqa' | 'gqa', data: Record<string, unknown>, context?: Partial<TaskContext>): Promise<Task>;
  remove(): void;
}

export async function createQuestionFixture(): Promise<QuestionFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'mdpd-questions-'));
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  for (const [path, content] of Object.entries(files())) write(path, content);
  const picture = sharp({ create: { width: 10, height: 8, channels: 3, background: 'red' } });
  const jpeg = await picture.jpeg().toBuffer();
  for (const path of images) write(path, jpeg);
  const warnings: string[] = [];
  return {
    folder,
    warnings,
    write,
    open(task, data, context = {}) {
      const provider = registry.tasks.get(task) as TaskProvider;
      return provider.open({
        data: provider.dataSchema.parse({ root: '.', ...data }),
        backbone: { family: 'vilt', config: { vocab_size: 21 }, folder: join(folder, 'model') },
        inputs,
        backboneFiles: {},
        sources: [],
        textSources: [],
        directory: folder,
        // That there is no preprocessor_config.json is no matter of questions.
        warn: (message) => void (message.includes('preprocessor') || warnings.push(message)),
        ...context,
      });
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
