/** Reads result.json. */
import { MdpdError } from '@mdpd/core';
import { resultSchema, type Result } from '@mdpd/report/result';
import { readJson } from './files.ts';

/** Throws FILE_NOT_FOUND, JSON_INVALID or RESULT_INVALID. */
export function readResult(file: string): Result {
  const parsed = resultSchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new MdpdError('RESULT_INVALID', `${issue.path.join('.')}: ${issue.message}`, { place: file });
}
