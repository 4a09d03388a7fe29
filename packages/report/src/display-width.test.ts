import { expect, it } from 'vitest';
import { clipColumns, displayWidth, visible } from './display-width.ts';

it.each([
  ['loss 0.512', 10],
  ['', 0],
  ['größer', 6],
  ['gro\u0308ßer', 6],
  ['▁▂▃▄▅▆▇█…', 9],
  ['猫が好き', 8],
  ['한국어', 6],
  ['ｆｕｌｌ', 8],
  ['👍 ok', 5],
  ['👩‍👩‍👧‍👦', 2],
  ['🇩🇪', 2],
  ['❤️', 2],
  ['✓', 1],
  ['a\u200bb', 2],
])('counts the columns of %j', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

it('cuts between letters, never over the room', () => {
  expect(clipColumns('abcdef', 4)).toBe('abc…');
  expect(clipColumns('abc', 3)).toBe('abc');
  expect(clipColumns('猫が好き', 5)).toBe('猫が…');
  expect(clipColumns('猫が好き', 4)).toBe('猫…');
  expect(clipColumns('gro\u0308ßer', 4)).toBe('gro\u0308…');
  expect(clipColumns('abcdef', 5, '...')).toBe('ab...');
  expect(clipColumns('abcdef', 2, '...')).toBe('ab');
  expect(clipColumns('abcdef', 0)).toBe('');
  expect(clipColumns('猫', 1)).toBe('…');
});

it('shows what would command the terminal', () => {
  expect(visible('a\u001b[2Jb\r\u0007\u009b')).toBe('a\\x1b[2Jb\\x0d\\x07\\x9b');
  expect(visible('exe.\u202egnp')).toBe('exe.\\u202egnp');
  expect(visible('two\nlines\tgrößer 猫 ✓')).toBe('two\nlines\tgrößer 猫 ✓');
});
