/** Reads questions and annotations of VQA v2 (and v1), as visualqa.org has them. */
import { join } from 'node:path';
import { MdpdError } from '@mdpd/core';
import { containedPath } from '@mdpd/data/contained-path';
import { z } from 'zod';
import { eachEntry, Folders, invalidQuestions, isThere, requireFile, Unique } from './question-json.ts';
import { QuestionTable, type QuestionDetails, type QuestionList } from './questions.ts';

const id = z.int();
const text = z.string().max(4096);
const words = text.regex(/\S/u, 'there is no word in it');
const questionSchema = z.object({ question_id: id, image_id: id.min(0), question: words });
const annotationSchema = z.object({
  question_id: id,
  multiple_choice_answer: text,
  answer_type: text.optional(),
  question_type: text.optional(),
  answers: z
    .array(z.object({ answer: text }))
    .min(1)
    .max(100),
});
type Annotation = z.infer<typeof annotationSchema>;

const imageFolders = ['train2014', 'val2014', 'test2015'];
const layout =
  'v2_OpenEnded_mscoco_SUBTYPE_questions.json and v2_mscoco_SUBTYPE_annotations.json, as VQA v2 has them';

/** Where the image of a number may be: in the folder of its subtype, in that of another, in `images`, or beside the root. */
function* imagePaths(root: string, subtype: string, image: string): Generator<string> {
  // Questions of test-dev are about images of test.
  const own = subtype.replace('test-dev', 'test');
  const digits = image.padStart(12, '0');
  const folders = [own, ...imageFolders.filter((each) => each !== own)];
  for (const folder of folders) {
    const name = `COCO_${folder}_${digits}.jpg`;
    for (const path of [join(folder, name), join('images', folder, name), join('images', name)])
      yield containedPath(root, path, root);
  }
  for (const folder of folders) yield join(root, '..', folder, `COCO_${folder}_${digits}.jpg`);
}

/** Of questions without annotations nothing is known. */
interface Answered {
  readonly answers: readonly string[];
  readonly answer: string | undefined;
  readonly details: QuestionDetails;
}

/** Annotations by question. */
class Annotations {
  // In columns, as questions are: as objects half a million would take half a gigabyte.
  private readonly table = new QuestionTable();
  private readonly indices = new Map<number, number>();

  push({ question_id, answers, multiple_choice_answer, answer_type, question_type }: Annotation): void {
    this.indices.set(question_id, this.table.size);
    this.table.push({
      id: question_id,
      text: '',
      image: '',
      answers: answers.map(({ answer }) => answer),
      answer: multiple_choice_answer,
      details: {
        ...(answer_type === undefined ? {} : { answerType: answer_type }),
        ...(question_type === undefined ? {} : { questionType: question_type }),
      },
    });
  }

  /** That of a question, once. */
  take(question: number): Answered | undefined {
    const index = this.indices.get(question);
    if (index === undefined) return undefined;
    this.indices.delete(question);
    const { answers, answer, details } = this.table.at(index);
    return { answers, answer, details };
  }

  /** A question that was not asked for. */
  left(): number | undefined {
    return this.indices.keys().next().value;
  }
}

async function readAnnotations(file: string): Promise<Annotations> {
  const found = new Annotations();
  const unique = new Unique();
  await eachEntry(file, 'annotations', annotationSchema, (annotation, place) => {
    unique.add(annotation.question_id, place);
    found.push(annotation);
  });
  return found;
}

/** The file of version 2, else that of version 1. */
async function fileOf(root: string, name: string): Promise<string> {
  const second = join(root, `v2_${name}`);
  const first = join(root, name);
  return !(await isThere(second)) && (await isThere(first)) ? first : second;
}

export interface QuestionsQuery {
  /** Absolute. */
  readonly root: string;
  /** `train2014`, `train_balanced`. */
  readonly name: string;
  /** Whether answers are needed; without them a server knows them. */
  readonly labelled: boolean;
  /** Recipe key, for messages. */
  readonly place: string;
}

/**
 * All questions of a subtype, in the file's order.
 * Throws DATA_MISSING, QUESTIONS_INVALID, QUESTIONS_DUPLICATE, QUESTIONS_ANSWER where one has no annotation, and
 * QUESTIONS_IMAGE.
 */
export async function readVqa({ root, name, labelled, place }: QuestionsQuery): Promise<QuestionList> {
  const file = await fileOf(root, `OpenEnded_mscoco_${name}_questions.json`);
  await requireFile(file, place, layout);
  const annotationFile = await fileOf(root, `mscoco_${name}_annotations.json`);
  if (labelled) await requireFile(annotationFile, place, layout);
  const annotations = labelled ? await readAnnotations(annotationFile) : new Annotations();
  const table = new QuestionTable();
  const unique = new Unique();
  await eachEntry(file, 'questions', questionSchema, (question, at) => {
    const number = question.question_id;
    unique.add(number, at);
    const answered = answersTo(number, annotations, labelled, annotationFile);
    table.push({ id: number, text: question.question, image: String(question.image_id), ...answered });
  });
  const folders = new Folders();
  await table.locate((image) => folders.find(imagePaths(root, name, image), file));
  const left = annotations.left();
  if (left !== undefined)
    throw invalidQuestions(`an annotation answers question ${left}, which is not asked`, annotationFile);
  return table;
}

function answersTo(question: number, annotations: Annotations, labelled: boolean, file: string): Answered {
  const found = annotations.take(question);
  if (found) return found;
  if (!labelled) return { answers: [], answer: undefined, details: {} };
  throw new MdpdError('QUESTIONS_ANSWER', `question ${question} has no annotation`, {
    place: file,
    fix: 'take questions and annotations of the same version and subtype',
  });
}
