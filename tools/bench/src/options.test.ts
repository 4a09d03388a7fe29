import { formatError, type MdpdError } from '@mdpd/core/errors';
import { describe, expect, it } from 'vitest';
import { parseOptions, usage } from './options.ts';

const names = (given: readonly { readonly name: string }[]): string[] => given.map(({ name }) => name);

describe('parseOptions', () => {
  it('measures everything, once, where nothing is named', () => {
    const { rows, shapes, ...others } = parseOptions([]);
    expect(names(rows)).toEqual([
      'forward',
      'head',
      'norm',
      'norm+recompute',
      'side',
      'mdpd',
      'full',
      'latency-faded',
      'latency-side',
      'bucketed-epoch',
      'padded-epoch',
    ]);
    expect(names(shapes)).toEqual(['vit-s', 'vit-b', 'bert-base', 'vilt', 'spam', 'spam-512']);
    expect(others).toEqual({
      json: false,
      help: false,
      markdown: false,
      check: false,
      from: undefined,
      engines: ['pytorch', 'compiled', 'wasm'],
      repeats: 1,
    });
  });

  it('takes names with commas and repeatedly, in our order', () => {
    const options = parseOptions(
      '--json --only norm,forward --only mdpd --shape vit-s --engine=wasm, --repeats 3'.split(' '),
    );
    expect(names(options.rows)).toEqual(['forward', 'norm', 'mdpd']);
    expect(names(options.shapes)).toEqual(['vit-s']);
    expect([options.engines, options.repeats, options.json]).toEqual([['wasm'], 3, true]);
  });

  it.each([
    [
      ['--only', 'norms'],
      'error OPTION_VALUE\n' +
        '  option --only of the bench is "norms"\n' +
        '  allowed: forward, head, norm, norm+recompute, side, mdpd, full, latency-faded, latency-side, bucketed-epoch, padded-epoch\n' +
        '  fix: did you mean "norm"?',
    ],
    [
      ['--shape', 'vit-l'],
      'error OPTION_VALUE\n' +
        '  option --shape of the bench is "vit-l"\n' +
        '  allowed: vit-s, vit-b, bert-base, vilt, spam, spam-512\n' +
        '  fix: did you mean "vit-s"?',
    ],
    [
      ['--engine', 'cuda'],
      'error OPTION_VALUE\n  option --engine of the bench is "cuda"\n  allowed: pytorch, compiled, wasm, tensorflow',
    ],
    [
      ['--engine', ','],
      'error OPTION_VALUE\n  option --engine of the bench names nothing\n  allowed: pytorch, compiled, wasm, tensorflow',
    ],
    [
      ['--repeats', '0'],
      'error OPTION_VALUE\n  option --repeats of the bench is "0"\n  allowed: a whole number from 1 to 100',
    ],
    [
      ['--repeats', '1e2'],
      'error OPTION_VALUE\n  option --repeats of the bench is "1e2"\n  allowed: a whole number from 1 to 100',
    ],
    [
      ['--row', 'norm'],
      'error UNKNOWN_OPTION\n' +
        '  the bench has no option "--row"\n' +
        '  allowed: --json, --help, --markdown, --check, --from, --only, --shape, --engine, --repeats\n' +
        '  fix: did you mean "--from"?',
    ],
    [
      ['norm'],
      'error UNEXPECTED_ARGUMENT\n' +
        '  the bench takes options only, got "norm"\n' +
        '  fix: rows are named by --only norm',
    ],
    [['--only'], 'error OPTION_VALUE\n  option --only of the bench needs a value'],
    [['--json=yes'], 'error OPTION_VALUE\n  option --json of the bench takes no value'],
  ])('refuses %j', (args, text) => {
    let thrown: unknown;
    try {
      parseOptions(args);
    } catch (error) {
      thrown = error;
    }
    expect(formatError(thrown as MdpdError)).toBe(text);
    expect((thrown as MdpdError).exitCode).toBe(2);
  });
});

it('names every option in its help', () => {
  const options = [...usage.matchAll(/--[a-z]+/gu)].map(([flag]) => flag);
  for (const flag of [
    '--only',
    '--shape',
    '--engine',
    '--repeats',
    '--json',
    '--markdown',
    '--from',
    '--check',
  ])
    expect(options).toContain(flag);
});
