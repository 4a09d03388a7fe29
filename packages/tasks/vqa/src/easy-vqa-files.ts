/** Reads questions of easy-VQA, as the package of that name on PyPI has them. */
import { join } from 'node:path';
import { z } from 'zod';
import { eachItem, Folders, requireFile } from './question-json.ts';
import { QuestionTable, type QuestionList } from './questions.ts';
import type { QuestionsQuery } from './vqa-files.ts';

const text = z.string().min(1).max(4096);
const entrySchema = z.tuple([text, text, z.int().min(0)]);

/** All questions of `train` or `test`; their ids are numbers from 0. Throws DATA_MISSING, QUESTIONS_INVALID, QUESTIONS_IMAGE. */
export async function readEasyVqa({ root, name, place }: QuestionsQuery): Promise<QuestionList> {
  const file = join(root, name, 'questions.json');
  await requireFile(
    file,
    place,
    'easy_vqa/data of the package easy-vqa: train/questions.json, train/images/0.png, …',
  );
  const table = new QuestionTable();
  await eachItem(file, entrySchema, ([question, answer, image], _, index) => {
    table.push({ id: index, text: question, image: `${image}.png`, answers: [answer], answer, details: {} });
  });
  const folders = new Folders();
  await table.locate((image) => folders.find([join(root, name, 'images', image)], file));
  return table;
}
