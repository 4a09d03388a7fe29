/** Questions in the files of VQA v2. */
import { answerTypeOf, questionTypeOf, type Question } from './question.ts';
import { generation, type SceneImage } from './scene-image.ts';

export interface AskedImage {
  readonly image: SceneImage;
  readonly questions: readonly Question[];
}

/** People who answered, in VQA v2; here all say the same. */
const answerers = 10;

const info = {
  year: 2026,
  version: `${generation}.0`,
  description: 'mdpd zoo:scenes, generated: questions about drawn shapes in the format of VQA v2',
  contributor: 'mdpd',
  url: '',
  date_created: '2026-01-01 00:00:00',
};
const license = { url: '', name: 'Generated: no rights reserved' };

const head = { info, license, data_type: 'mscoco' };

/** All of `v2_OpenEnded_mscoco_<subtype>_questions.json` but its `questions`. */
export const questionsHead = (subtype: string) => ({
  ...head,
  task_type: 'Open-Ended',
  data_subtype: subtype,
});

/** All of `v2_mscoco_<subtype>_annotations.json` but its `annotations`. */
export const annotationsHead = (subtype: string) => ({ ...head, data_subtype: subtype });

const idsOf = ({ image }: AskedImage, index: number) => ({
  image_id: image.id,
  question_id: image.id * 1000 + index,
});

/** An image's share of `questions`. */
export const vqaQuestions = (asked: AskedImage) =>
  asked.questions.map(({ text }, index) => ({ ...idsOf(asked, index), question: text }));

/** An image's share of `annotations`. */
export const vqaAnnotations = (asked: AskedImage) =>
  asked.questions.map((question, index) => ({
    ...idsOf(asked, index),
    question_type: questionTypeOf(question),
    answer_type: answerTypeOf(question),
    multiple_choice_answer: question.answer,
    answers: Array.from({ length: answerers }, (_, at) => ({
      answer: question.answer,
      answer_confidence: 'yes',
      answer_id: at + 1,
    })),
  }));
