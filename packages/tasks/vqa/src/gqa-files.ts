/** Reads questions of GQA, as cs.stanford.edu/people/dorarad/gqa has them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MdpdError } from '@mdpd/core';
import { z } from 'zod';
import { eachNamed, Folders, isThere, requireFile, Unique } from './question-json.ts';
import { QuestionTable, type QuestionDetails, type QuestionList } from './questions.ts';
import type { QuestionsQuery } from './vqa-files.ts';

const text = z.string().max(4096);
const questionSchema = z.object({
  question: text.regex(/\S/u, 'there is no word in it'),
  imageId: z.string().regex(/^\w{1,64}$/u, 'the name of an image without its ending'),
  answer: text.optional(),
  isBalanced: z.boolean().optional(),
  groups: z.object({ global: text.nullish() }).nullish(),
  types: z.object({ structural: text.nullish(), semantic: text.nullish() }).nullish(),
});
type GqaQuestion = z.infer<typeof questionSchema>;

/** The file, or those of a folder where a list is in parts, in the order of their numbers. */
async function filesOf(root: string, name: string, place: string): Promise<string[]> {
  const folder = join(root, `${name}_questions`);
  const file = `${folder}.json`;
  if ((await isThere(file)) || !(await isThere(folder))) {
    await requireFile(
      file,
      place,
      'TIER_balanced_questions.json or TIER_all_questions.json, or a folder of its parts',
    );
    return [file];
  }
  const numbered = (await readdir(folder)).flatMap((each) => {
    const number = /_(\d{1,6})\.json$/u.exec(each)?.[1];
    return number === undefined ? [] : [{ path: join(folder, each), number: Number(number) }];
  });
  if (numbered.length > 0) return numbered.sort((a, b) => a.number - b.number).map(({ path }) => path);
  throw new MdpdError('DATA_MISSING', `the folder ${folder} has no parts`, {
    place,
    allowed: `${name}_questions_0.json, …`,
    exitCode: 2,
  });
}

function detailsOf({ types, groups, isBalanced }: GqaQuestion): QuestionDetails {
  const { structural, semantic } = types ?? {};
  const group = groups?.global;
  return {
    ...(structural == null ? {} : { structural }),
    ...(semantic == null ? {} : { semantic }),
    ...(group == null ? {} : { group }),
    ...(isBalanced === undefined ? {} : { balanced: isBalanced }),
  };
}

/**
 * All questions of a list (`train_balanced`), in the file's order.
 * Throws DATA_MISSING, QUESTIONS_INVALID, QUESTIONS_DUPLICATE, QUESTIONS_ANSWER and QUESTIONS_IMAGE.
 */
export async function readGqa({ root, name, labelled, place }: QuestionsQuery): Promise<QuestionList> {
  const table = new QuestionTable();
  const unique = new Unique();
  const folders = new Folders();
  for (const file of await filesOf(root, name, place)) {
    await eachNamed(file, questionSchema, (id, entry, at) => {
      unique.add(id, at);
      const { question, imageId, answer } = entry;
      if (labelled && answer === undefined)
        throw new MdpdError('QUESTIONS_ANSWER', `question ${id} has no answer`, { place: at });
      table.push({
        id,
        text: question,
        image: `${imageId}.jpg`,
        answers: labelled && answer !== undefined ? [answer] : [],
        answer: labelled ? answer : undefined,
        details: detailsOf(entry),
      });
    });
    await table.locate((image) =>
      folders.find([join(root, 'images', image), join(root, '..', 'images', image), join(root, image)], file),
    );
  }
  return table;
}
