import { expect, it } from 'vitest';
import { savedLength } from './saved-length.ts';

it.each([
  ['nothing is said', undefined, 32, 40, 32],
  ['less is said than was read', 16, 32, 40, 32],
  ['more is said than was read', 36, 32, 40, 36],
  ['more is said than there are positions', 77, 32, 40, 40],
])('where %s', (_, said, read, most, length) => {
  expect(savedLength(said, read, most)).toBe(length);
});
