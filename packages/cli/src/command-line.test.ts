import { describe, expect, it } from 'vitest';
import { formatError, MdpdError } from '@mdpd/core';
import { command } from './command.ts';
import {
  checkArguments,
  commandHelp,
  commonOptions,
  optional,
  unknownCommand,
  variadic,
  wholeNumber,
} from './command-line.ts';

const greet = command({
  name: 'greet',
  description: 'Greet people.',
  examples: ['mdpd greet Ann'],
  args: {
    who: { type: 'positional', required: true, valueHint: variadic, description: 'whom to greet' },
    times: { type: 'string', valueHint: 'number', description: 'how often' },
    card: { type: 'string', valueHint: optional('file'), description: 'with a card' },
    loud: { type: 'boolean', alias: 'l', description: 'in capitals' },
    ...commonOptions,
  },
  run: (args) =>
    args._.length + (args.loud ? 10 : 0) + Number(args.times ?? 0) * 100 + (args.card === '' ? 1000 : 0),
});

function failure(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (!(thrown instanceof MdpdError)) throw thrown;
    expect(thrown.exitCode).toBe(2);
    return formatError(thrown);
  }
  throw new Error('nothing was thrown');
}

const check = (...rawArgs: string[]): void => checkArguments('greet', greet.args, rawArgs);

describe('checkArguments', () => {
  it.each([
    [['Ann']],
    [['Ann', 'Bo', '-l', '--times', '3']],
    [['--times=3', 'Ann']],
    [['--', '--odd']],
    [['a=-5']],
    [['Ann', '--card']],
    [['Ann', '--card', '--loud']],
    [['Ann', '--card', 'a.txt']],
  ])('accepts %j', (rawArgs) => {
    expect(() => check(...rawArgs)).not.toThrow();
  });

  it('refuses what citty would let pass', () => {
    expect(failure(() => check('Ann', '--tims', '3'))).toBe(
      'error UNKNOWN_OPTION\n  mdpd greet has no option "--tims"\n' +
        '  allowed: --times, --card, --loud, -l, --help, -h\n  fix: did you mean "--times"?',
    );
    expect(failure(() => check('Ann', '-x'))).toContain('has no option "-x"');
    expect(failure(() => check('Ann', '--no-loud'))).toContain('has no option "--no-loud"');
    for (const rawArgs of [
      ['Ann', '--times'],
      ['Ann', '--times='],
      ['Ann', '--times', '--loud'],
    ]) {
      expect(failure(() => check(...rawArgs))).toBe(
        'error OPTION_VALUE\n  option --times of mdpd greet needs a value\n  allowed: --times <number>',
      );
    }
    expect(failure(() => check('Ann', '--loud=yes'))).toBe(
      'error OPTION_VALUE\n  option --loud of mdpd greet takes no value, got "yes"',
    );
    expect(failure(() => check('--loud'))).toBe(
      'error MISSING_ARGUMENT\n  mdpd greet needs <who>: whom to greet\n  fix: mdpd greet --help shows how to call it',
    );
    expect(failure(() => checkArguments('list', commonOptions, ['x']))).toBe(
      'error UNEXPECTED_ARGUMENT\n  mdpd list takes no arguments\n  fix: mdpd list --help shows how to call it',
    );
  });
});

it('runs a command through citty', async () => {
  expect(await greet.execute(['Ann', 'Bo', '-l', '--times', '3'])).toBe(312);
  // Without its value, whatever follows.
  expect(await greet.execute(['Ann', '--card'])).toBe(1001);
  expect(await greet.execute(['Ann', '--card', '-l'])).toBe(1011);
  expect(await greet.execute(['Ann', '--card', 'a.txt'])).toBe(1);
});

it('reads whole numbers', () => {
  expect(wholeNumber('greet', '--times', undefined)).toBeUndefined();
  expect(wholeNumber('greet', '--times', '12')).toBe(12);
  for (const text of ['0', '-1', '1.5', 'x', '1e3', '99999999999999999999']) {
    expect(failure(() => wholeNumber('greet', '--times', text))).toBe(
      `error OPTION_VALUE\n  option --times of mdpd greet is "${text}"\n  allowed: a whole number of at least 1`,
    );
  }
});

it('names the nearest command', () => {
  expect(formatError(unknownCommand('trian', ['train', 'list']))).toBe(
    'error UNKNOWN_COMMAND\n  there is no command "trian"\n  allowed: train, list\n  fix: did you mean "mdpd train"?',
  );
  expect(formatError(unknownCommand('quantise', ['train']))).toBe(
    'error UNKNOWN_COMMAND\n  there is no command "quantise"\n  allowed: train\n  fix: mdpd --help shows what each does',
  );
});

it('writes help', () => {
  expect(commandHelp(greet)).toBe(
    [
      'Greet people.',
      '',
      'Usage: mdpd greet <who …> [options]',
      '',
      'Arguments:',
      '  who  whom to greet',
      '',
      'Options:',
      '  --times <number>  how often',
      '  --card [file]     with a card',
      '  -l, --loud        in capitals',
      '  -h, --help        show this help',
      '',
      'Examples:',
      '  mdpd greet Ann',
    ].join('\n'),
  );
});
