import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { help } from './options.ts';
import { main } from './main.ts';
import { kinds } from './kinds.ts';

const root = mkdtempSync(join(tmpdir(), 'mdpd-create-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Runs the command as `npm create` does. */
function run(...argv: string[]): { code: number; printed: string; complained: string } {
  let [printed, complained] = ['', ''];
  const code = main(argv, root, {
    print: (text) => (printed += text),
    complain: (text) => (complained += text),
  });
  return { code, printed, complained };
}

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe.each(kinds)('a %s', (kind) => {
  const name = `mdpd-${kind}-first-try`;
  const made = run(name, '--kind', kind);

  it('is written, and what to do next is said', () => {
    expect(made).toMatchObject({ code: 0, complained: '' });
    const files = filesIn(name);
    expect(made.printed.split('\n')).toEqual([
      `${name}: a ${kind} plugin in ${files.length} files. Its tests pass and its recipe trains:`,
      '',
      `  cd ${name}`,
      '  npm install',
      '  npm test',
      '  npm run train',
      '',
      'README.md says what to change where.',
    ]);
  });

  it('has its names everywhere, and no place left to fill in', () => {
    for (const file of filesIn(name)) {
      expect(file).not.toContain('__');
      expect(readFileSync(file, 'utf8')).not.toMatch(/__\w+__/u);
    }
    expect(readFileSync(join(root, name, 'src/plugin.ts'), 'utf8')).toContain(`name: '${name}'`);
    expect(existsSync(join(root, name, 'src/first-try.test.ts'))).toBe(true);
  });

  it('is a package that mdpd finds, with exact versions and its imports as peers', () => {
    const manifest = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8')) as {
      keywords: string[];
      exports: Record<string, { default: string }>;
      peerDependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    expect(manifest.keywords).toEqual(['mdpd-plugin']);
    expect(manifest.exports['.']!.default).toBe('./dist/plugin.js');
    for (const version of Object.values({ ...manifest.peerDependencies, ...manifest.devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/u);
    const imported = (tests: boolean): string[] => [
      ...new Set(
        filesIn(join(name, 'src'))
          .filter((file) => file.endsWith('.test.ts') === tests)
          .flatMap((file) => [
            ...readFileSync(file, 'utf8').matchAll(/from '((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'/gu),
          ])
          .map(([, from]) => from!)
          .filter((from) => !/^(\.|node$)/u.test(from)),
      ),
    ];
    expect(Object.keys(manifest.peerDependencies)).toEqual(expect.arrayContaining(imported(false)));
    const present = [...imported(false), ...imported(true)].filter((from) => !from.startsWith('node:'));
    expect(Object.keys(manifest.devDependencies)).toEqual(expect.arrayContaining(present));
  });

  it('is not written over', () => {
    const again = run(name, '--kind', kind);
    expect(again.code).toBe(2);
    expect(again.complained).toBe(
      [
        'error CREATE_FOLDER',
        `  ${join(root, name)} holds files already`,
        '  allowed: a new folder, or an empty one',
        '  fix: give the plugin another name, or call the command in another folder',
      ].join('\n'),
    );
  });
});

describe('folders', () => {
  it('may be there, and empty', () => {
    mkdirSync(join(root, 'empty'));
    expect(run('empty', '--kind', 'method').code).toBe(0);
  });

  it('of a scoped package has its last name', () => {
    expect(run('@me/scoped', '--kind', 'method').code).toBe(0);
    expect(readFileSync(join(root, 'scoped/package.json'), 'utf8')).toContain('"name": "@me/scoped"');
  });

  it('cannot be files', () => {
    writeFileSync(join(root, 'file'), '');
    const { code, complained } = run('file', '--kind', 'task');
    expect([code, complained.split('\n')[1]]).toEqual([2, `  ${join(root, 'file')} is a file`]);
  });
});

describe('the command line', () => {
  it.each([['--help'], ['-h']])('explains itself: %s', (flag) => {
    expect(run(flag)).toEqual({ code: 0, printed: help, complained: '' });
  });

  it.each([
    [
      [],
      'error CREATE_NAME\n  the name of the plugin is missing\n  fix: npm create mdpd-plugin@latest my-plugin -- --kind task',
    ],
    [
      ['dots'],
      'error CREATE_KIND\n  --kind is missing\n  allowed: task, backbone, method\n  fix: npm create hands it on after --: … my-plugin -- --kind task',
    ],
    [['dots', '--kind', 'head'], 'error CREATE_KIND\n  --kind is "head"\n  allowed: task, backbone, method'],
    [
      ['dots', 'task'],
      'error CREATE_OPTION\n  "task" is one word too many\n  allowed: one name, and --kind\n  fix: between the name and --kind stands -- where npm create is called',
    ],
    [['dots', '--knd', 'task'], "error CREATE_OPTION\n  Unknown option '--knd'\n  allowed: --kind, --help"],
  ])('%j', (argv, text) => {
    expect(run(...argv)).toEqual({ code: 2, printed: '', complained: text });
    expect(existsSync(join(root, 'dots'))).toBe(false);
  });
});
