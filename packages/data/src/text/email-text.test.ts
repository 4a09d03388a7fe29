import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEmail } from './email-text.ts';

const read = (lines: readonly string[], encoding: BufferEncoding = 'latin1') =>
  readEmail(Buffer.from(lines.join('\n'), encoding));

describe('readEmail', () => {
  it('takes subject and body, and no other header', () => {
    expect(
      read([
        'From someone@example.org  Thu Aug 22 13:17:22 2002',
        'X-Spam-Status: Yes, hits=10',
        'Subject: a subject',
        '\tthat goes on',
        'List-Id: <list.example.org>',
        '',
        'Dear reader,',
        '',
        '',
        '',
        'a  body \t with   blanks',
        '',
      ]),
    ).toEqual({ subject: 'a subject that goes on', body: 'Dear reader,\n\na body with blanks' });
  });

  it('undoes encoded words, quoted printable, base64 and character sets', () => {
    expect(
      read([
        'Subject: =?iso-8859-1?Q?caf=E9_?= =?utf-8?B?4oKs?= and more',
        'Content-Type: text/plain; charset="ISO-8859-1"',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'na=EFve =3D a long=',
        ' line',
      ]),
    ).toEqual({ subject: 'café € and more', body: 'naïve = a long line' });
    const koi8 = Buffer.from([0xd0, 0xd2, 0xc9]).toString('base64');
    const header = ['Content-Type: text/plain; charset=koi8-r', 'Content-Transfer-Encoding: base64', ''];
    expect(read([...header, koi8]).body).toBe('при');
    expect(
      read(['Content-Type: text/plain; charset=nonsense', '', '“quoted”'.replace(/[“”]/g, '\x93')]).body,
    ).toBe('“quoted“');
    expect(read(['Subject: \xe9t\xe9', '', 'x']).subject).toBe('été');
  });

  it('reads HTML as text', () => {
    expect(read(['Content-Type: text/html', '', '<html><p>Buy&nbsp;now</p><p>!</p>']).body).toBe(
      'Buy now\n\n!',
    );
    expect(read(['', '<HTML><b>no type</b>']).body).toBe('no type');
  });

  const part = (type: string, ...lines: string[]): string[] => ['--x', `Content-Type: ${type}`, '', ...lines];

  it('prefers plain text among alternatives, joins mixed parts, leaves attachments out', () => {
    const alternative = ['Content-Type: multipart/alternative; boundary=x', '', 'preamble'];
    expect(
      read([
        ...alternative,
        ...part('text/html', '<p>html</p>'),
        ...part('text/plain', 'plain'),
        '--x--',
        'after',
      ]).body,
    ).toBe('plain');
    expect(read([...alternative, ...part('text/html', '<p>html</p>'), '--x--']).body).toBe('html');
    const mixed = ['Content-Type: multipart/mixed;', ' boundary="x"', ''];
    expect(
      read([
        ...mixed,
        ...part('text/plain', 'one'),
        ...part('image/gif', 'R0lGOD'),
        '--x',
        '',
        'two',
        '--x--',
      ]).body,
    ).toBe('one\ntwo');
    expect(read([...mixed, ...part('message/rfc822', 'Subject: inner', '', 'forwarded'), '--x--']).body).toBe(
      'forwarded',
    );
  });

  it('has nothing to say about nothing', () => {
    expect(read([])).toEqual({ subject: '', body: '' });
    expect(read(['Subject: only'])).toEqual({ subject: 'only', body: '' });
    expect(read(['Content-Type: image/png', '', 'data'])).toEqual({ subject: '', body: '' });
  });

  it('takes any bytes, and parts within parts without end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => typeof readEmail(bytes).body === 'string'),
    );
    const deep = Array.from({ length: 50 }, () => [
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
    ]).flat();
    expect(typeof read([...deep, '', 'deep']).body).toBe('string');
  });
});
