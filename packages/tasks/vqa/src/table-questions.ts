/** Reads questions of a table: CSV, TSV, JSON Lines or Parquet with columns of images, questions and answers. */
import { resolve } from 'node:path';
import { MdpdError, type TextTable } from '@mdpd/core';
import { ContainedFiles } from '@mdpd/data/contained-files';
import { containedPath } from '@mdpd/data/contained-path';
import { openTable } from '@mdpd/data/text/open-table';
import { imageMissing } from './question-json.ts';
import { QuestionTable, type QuestionList } from './questions.ts';

export interface QuestionColumns {
  readonly image: string;
  readonly question: string;
  readonly answer: string;
}

export interface TableQuery {
  /** Absolute: tables and images are named relative to it. */
  readonly root: string;
  /** Split specification of a table: `train.csv[:1000]`. */
  readonly spec: string;
  readonly columns: QuestionColumns;
  readonly place: string;
  warn(message: string): void;
}

function cell(table: TextTable, index: number, column: string): string {
  const value = table.row(index)[column];
  const text = value === null || value === undefined ? '' : String(value).trim();
  if (text !== '') return text;
  throw new MdpdError('TEXT_ROW', `the column ${JSON.stringify(column)} is empty`, {
    place: table.place(index),
  });
}

/**
 * All questions, with numbers from 0 as ids.
 * Throws what tables throw, TEXT_ROW where a cell is empty, DATA_PATH and QUESTIONS_IMAGE.
 */
export async function readTableQuestions({
  root,
  spec,
  columns,
  place,
  warn,
}: TableQuery): Promise<QuestionList> {
  const names = [columns.image, columns.question, columns.answer];
  const table = await openTable(spec, { sources: [], directory: root, place, columns: names, warn });
  const files = new ContainedFiles(resolve(root));
  const questions = new QuestionTable();
  for (let index = 0; index < table.size; index++) {
    const at = table.place(index);
    const named = cell(table, index, columns.image);
    const path = containedPath(resolve(root), named, at);
    if (!(await files.has(path, at))) throw imageMissing([path], at);
    const answer = cell(table, index, columns.answer);
    questions.push({
      id: index,
      text: cell(table, index, columns.question),
      image: path,
      answers: [answer],
      answer,
      details: {},
    });
  }
  return questions;
}
