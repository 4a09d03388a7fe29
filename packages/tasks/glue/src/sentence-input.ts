/** What a user types: a sentence, or a pair with a tab between. */
import { MdpdError } from '@mdpd/core';

/** What is allowed, by the number of sentences; 0: one or two. */
const forms = [
  'a sentence, or two with a tab between',
  'one sentence',
  "two sentences with a tab between: $'first\\tsecond'",
] as const;

/** Characters of an input that a message shows. */
const shown = 60;

function quote(text: string): string {
  return JSON.stringify(text.length > shown ? `${text.slice(0, shown)}…` : text);
}

/**
 * The text of an input, or both of a pair.
 *
 * @param sentences - how many the task reads; undefined: one or two
 * @throws TEXT_INPUT naming the input that is empty, or has too few or too many sentences
 */
export function parseSentences(input: string, sentences: 1 | 2 | undefined): readonly [string, string?] {
  const fail = (message: string): never => {
    throw new MdpdError('TEXT_INPUT', message, {
      place: quote(input),
      allowed: forms[sentences ?? 0],
      exitCode: 2,
    });
  };
  const parts = input.split('\t');
  if (parts.some((part) => part.trim() === '')) {
    fail(parts.length === 1 ? 'the text is empty' : 'a text is empty');
  }
  const wanted = sentences === undefined ? [1, 2] : [sentences];
  if (!wanted.includes(parts.length)) {
    fail(`there ${parts.length === 1 ? 'is one sentence' : `are ${parts.length} sentences`}`);
  }
  return parts as [string, string?];
}
