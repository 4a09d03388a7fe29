import { expect, it } from 'vitest';
import { isStyled, terminalOf } from './terminal.ts';

const tty = { isTTY: true };

it.each([
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'C.utf8' }, true],
  [{ LANG: 'C' }, false],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
  [{ LANG: 'C', LC_CTYPE: 'de_DE.UTF-8' }, true],
  [{ LANG: 'en_US.UTF-8', LC_ALL: '' }, true],
  [{ LANG: 'en_US.UTF-8', TERM: 'dumb' }, false],
  [{}, false],
])('finds letters beyond ASCII with %j: %s', (environment, unicode) => {
  expect(terminalOf(tty, environment, 'linux').unicode).toBe(unicode);
});

it('takes terminals of Windows for able, and dumb ones for unable to erase', () => {
  expect(terminalOf(tty, {}, 'win32').unicode).toBe(true);
  expect(terminalOf(tty, { TERM: 'xterm' }).erases).toBe(true);
  expect(terminalOf(tty, { TERM: 'dumb' }).erases).toBe(false);
});

it.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
])('styles (terminal: %s, %j): %s', (isTTY, environment, styled) => {
  expect(isStyled({ isTTY }, environment)).toBe(styled);
});
