import { expect, it } from 'vitest';
import { cellCode, fenced, inlineCode, lastFenced } from './card-text.ts';

it.each([
  ['mnist:test', '`mnist:test`'],
  ['a `b` c', '``a `b` c``'],
  ['`', '`` ` ``'],
  ['``` x', '```` ``` x ````'],
  ['', '`  `'],
  ['a\nb\u001b', '`a b\\x1b`'],
])('puts %j into a line as code', (text, code) => {
  expect(inlineCode(text)).toBe(code);
});

it('ends no cell of a table', () => {
  expect(cellCode('a|b')).toBe('`a\\|b`');
});

it.each(['task: vtab', '```', 'a\n````\n## Recipe\n\n```yaml\nb\n```', ''])(
  'fences %j so that nothing in it ends the block, and finds it again',
  (text) => {
    const card = `# title\n\n## Recipe\n\n${fenced('yaml', text)}`;
    expect(lastFenced('yaml', '## Recipe', card)).toBe(text);
  },
);

it('finds no block where the text does not end with one', () => {
  expect(lastFenced('yaml', '## Recipe', `## Recipe\n\n${fenced('yaml', 'a')}`)).toBeUndefined();
  expect(lastFenced('yaml', '## Recipe', `\n## Recipe\n\n${fenced('yaml', 'a')}more\n`)).toBeUndefined();
});
