import { expect, it } from 'vitest';
import { formatError, MdpdError, messageOf, systemCode } from './errors.ts';

it('formats what, where, what is allowed and the fix, and leaves out what is not known', () => {
  expect(formatError(new MdpdError('DATA_EMPTY', 'the split "test" has no images'))).toBe(
    'error DATA_EMPTY\n  the split "test" has no images',
  );
  const full = new MdpdError('DATA_FORMAT', 'cannot read .bmp', {
    place: 'photos/a.bmp',
    allowed: ['jpg', 'png'],
    fix: 'convert it',
    exitCode: 2,
  });
  expect(formatError(full)).toBe(
    'error DATA_FORMAT at photos/a.bmp\n  cannot read .bmp\n  allowed: jpg, png\n  fix: convert it',
  );
  expect(full.exitCode).toBe(2);
});

it('fails with exit code 1 unless told otherwise, and keeps its cause', () => {
  const cause = new Error('disk');
  const error = new MdpdError('A', 'b', { cause });
  expect(error.exitCode).toBe(1);
  expect(error.cause).toBe(cause);
  expect('cause' in new MdpdError('A', 'b')).toBe(false);
});

it('reads messages and system codes of whatever was thrown', () => {
  expect(messageOf(new Error('a'))).toBe('a');
  expect(messageOf('b')).toBe('b');
  expect(systemCode(Object.assign(new Error('a'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect(systemCode(Object.assign(new Error('a'), { code: 7 }))).toBeUndefined();
  expect(systemCode('ENOENT')).toBeUndefined();
});
