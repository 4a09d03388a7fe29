/**
 * Files that the servers of VQA and GQA score.
 *
 * Letters: C answers of the vocabulary.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, Submission } from '@mdpd/core';
import { bestClass } from '@mdpd/data/class-outputs';
import type { QuestionList } from './questions.ts';

export interface SubmissionOptions {
  /** Name of the split: `test2015`. */
  readonly name: string;
  readonly file: string;
  readonly answers: readonly string[];
  /** `vqa`: question_id and answer; `gqa`: questionId and prediction. */
  readonly keys: readonly [string, string];
  read(): Promise<QuestionList>;
  dataset(questions: QuestionList): Promise<Dataset>;
}

/** `[{"question_id": 1, "answer": "yes"}, …]`, one object for every question. */
export function questionSubmission(options: SubmissionOptions): Submission {
  const { name, file, answers, keys } = options;
  let questions: QuestionList | undefined;
  return {
    async open() {
      questions = await options.read();
      return { [name]: await options.dataset(questions) };
    },
    write(folder, outputs) {
      const values = outputs[name]!;
      const rows = Array.from({ length: values.length / answers.length }, (_, row) => {
        const best = Math.max(0, bestClass(values, row * answers.length, answers.length));
        return JSON.stringify({ [keys[0]]: questions!.at(row).id, [keys[1]]: answers[best] });
      });
      mkdirSync(folder, { recursive: true });
      const archive = join(folder, file);
      writeFileSync(archive, `[\n${rows.join(',\n')}\n]\n`);
      return { archive, missing: [] };
    },
  };
}
