import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatError, MdpdError } from './errors.ts';
import { loadRecipe, parseRecipe } from './recipe-file.ts';

/** The text that the command line would print. */
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

const good = `task: vtab
backbone: zoo:tiny-vit
method:
  name: mdpd
  fade:
    train: head
train:
  epochs: 5
`;

describe('loadRecipe', () => {
  let folder: string;
  let before: string;

  beforeEach(() => {
    before = process.cwd();
    folder = mkdtempSync(path.join(tmpdir(), 'mdpd-recipe-'));
    process.chdir(folder);
    mkdirSync('configs/vtab', { recursive: true });
    writeFileSync('configs/vtab/mnist.yaml', good);
    writeFileSync('configs/vtab/svhn.yaml', good);
  });

  afterEach(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  it('reads the tree and knows the place of every value', () => {
    const loaded = loadRecipe('configs/vtab/mnist.yaml', ['train.epochs=3', 'data.train=mnist:train[:800]']);
    expect(loaded.tree).toEqual({
      task: 'vtab',
      backbone: 'zoo:tiny-vit',
      method: { name: 'mdpd', fade: { train: 'head' } },
      train: { epochs: 3 },
      data: { train: 'mnist:train[:800]' },
    });
    expect(loaded.locate(['method', 'fade', 'train'])).toBe('configs/vtab/mnist.yaml:6:12');
    expect(loaded.locate(['method', 'fade', 'train'], 'key')).toBe('configs/vtab/mnist.yaml:6:5');
    expect(loaded.locate(['train', 'batchSize'])).toBe('configs/vtab/mnist.yaml:7:1');
    expect(loaded.locate(['train', 'epochs'])).toBe('override train.epochs=3');
    expect(loaded.locate([])).toBe('configs/vtab/mnist.yaml:1:1');
    expect(loaded.plugins).toBeUndefined();
  });

  it('names the recipes that are there when the file is missing', () => {
    expect(failure(() => loadRecipe('configs/vtab/mnits.yaml'))).toMatchInlineSnapshot(`
      "error RECIPE_NOT_FOUND
        there is no file configs/vtab/mnits.yaml
        allowed: configs/vtab/mnist.yaml, configs/vtab/svhn.yaml
        fix: did you mean "configs/vtab/mnist.yaml"?"
    `);
    expect(failure(() => loadRecipe('mnist'))).toMatchInlineSnapshot(`
      "error RECIPE_NOT_FOUND
        there is no file mnist
        allowed: configs/vtab/mnist.yaml, configs/vtab/svhn.yaml
        fix: did you mean "configs/vtab/mnist.yaml"?"
    `);
  });

  it('refuses a folder, a file that is too large, and one that is not text', () => {
    expect(failure(() => loadRecipe('configs'))).toMatchInlineSnapshot(`
      "error RECIPE_NOT_FOUND
        configs is a folder, not a recipe
        allowed: configs/vtab/mnist.yaml, configs/vtab/svhn.yaml"
    `);
    writeFileSync('large.yaml', `# ${'x'.repeat(1_000_000)}`);
    expect(failure(() => loadRecipe('large.yaml'))).toMatchInlineSnapshot(`
      "error RECIPE_INVALID at large.yaml
        the file has 1000002 bytes
        allowed: at most 100000 bytes"
    `);
    writeFileSync('image.yaml', Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
    expect(failure(() => loadRecipe('image.yaml'))).toMatchInlineSnapshot(`
      "error RECIPE_YAML at image.yaml
        the file is not UTF-8 text"
    `);
    expect(failure(() => loadRecipe('/dev/zero'))).toMatchInlineSnapshot(`
      "error RECIPE_INVALID at /dev/zero
        the file has more
        allowed: at most 100000 bytes"
    `);
  });
});

describe('broken YAML', () => {
  const broken = (text: string): string => failure(() => parseRecipe(text, 'r.yaml'));

  it.each([
    ['task: vtab\n  data: 3\n', 'r.yaml:1:7', 'Nested mappings are not allowed in compact mappings'],
    [
      'task: [vtab\n',
      'r.yaml:2:1',
      'Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['task: "vtab\n', 'r.yaml:2:1', 'Missing closing "quote'],
    ['task: a\ntask: b\n', 'r.yaml:2:1', 'Map keys must be unique'],
    [
      'task: a\n---\ntask: b\n',
      'r.yaml:2:1',
      'Source contains multiple documents; please use YAML.parseAllDocuments()',
    ],
    ['task: !!js/function x\n', 'r.yaml:1:7', 'Unresolved tag: tag:yaml.org,2002:js/function'],
    ['task: *nothing\n', 'r.yaml:1:7', 'Unresolved alias (the anchor must be set before the alias): nothing'],
    ['', 'r.yaml:1:1', 'the file is empty'],
    ['- task\n', 'r.yaml:1:1', 'the file is not a mapping of keys to values'],
    ['? [a]\n: 1\n', 'r.yaml:1:3', 'a key must be text'],
    ['task: vtab\n__proto__:\n  polluted: 1\n', 'r.yaml:2:1', 'the key "__proto__" is not allowed'],
    ['data:\n  constructor: {prototype: {a: 1}}\n', 'r.yaml:2:3', 'the key "constructor" is not allowed'],
  ])('%j', (text, place, message) => {
    expect(broken(text)).toBe(`error RECIPE_YAML at ${place}\n  ${message}`);
  });

  it('refuses aliases that multiply and nesting without end', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', 'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]'];
    bomb.push('c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]', 'd: [*c, *c, *c, *c, *c, *c, *c, *c, *c]');
    expect(broken(bomb.join('\n'))).toBe(
      'error RECIPE_YAML at r.yaml\n  Excessive alias count indicates a resource exhaustion attack',
    );
    expect(broken(`data: ${'['.repeat(200_000)}`)).toMatch(
      /^error RECIPE_YAML at r.yaml:1:\d+\n {2}nested too deeply$/,
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('overrides', () => {
  const apply = (...overrides: string[]): unknown => parseRecipe(good, 'r.yaml', overrides).tree;
  const base = parseRecipe(good, 'r.yaml').tree;

  it('reads values as YAML', () => {
    expect(
      apply('data={train: ./a b, crops: [1, 2.5]}', 'train.seed=0x10', 'executor="3"', 'smoke=true'),
    ).toEqual({
      ...base,
      data: { train: './a b', crops: [1, 2.5] },
      train: { epochs: 5, seed: 16 },
      executor: '3',
      smoke: true,
    });
  });

  it('lets the last of two win, and steps replace epochs', () => {
    expect(apply('train.steps=7', 'train.steps=8')).toMatchObject({ train: { steps: 8 } });
    expect(apply('train.steps=7')).toHaveProperty('train', { steps: 7 });
    expect(apply('train.steps=7', 'train.epochs=1')).toHaveProperty('train', { steps: 7, epochs: 1 });
  });

  it('names another method and keeps the settings for the method to judge', () => {
    const loaded = parseRecipe(good, 'r.yaml', ['method=norm']);
    expect(loaded.tree).toHaveProperty('method', { name: 'norm', fade: { train: 'head' } });
    expect(loaded.methodReplaced).toBe(true);
    expect(parseRecipe(good, 'r.yaml', ['method=mdpd']).methodReplaced).toBe(false);
    expect(parseRecipe('method: head', 'r.yaml', ['method.rank=2']).tree).toEqual({
      method: { name: 'head', rank: 2 },
    });
  });

  it.each([
    ['train.epochs', '"train.epochs" is not an override\n', 'write train.epochs=VALUE'],
    ['=3', '"" cannot be a key\n', undefined],
    ['train..epochs=3', '"" cannot be a key\n', undefined],
    ['__proto__.x=3', '"__proto__" cannot be a key\n', undefined],
    ['data={__proto__: {x: 1}}', 'its value has a key that is not allowed in recipes\n', undefined],
    ['data.train=[a', 'its value is not valid YAML\n', 'quote it: data.train=\'"…"\''],
    ['data.train=@home', 'its value is not valid YAML\n', 'quote it: data.train=\'"…"\''],
  ])('%s', (override, message, fix) => {
    const allowed = '  allowed: key=value or section.key=value, with a YAML value';
    expect(failure(() => apply(override))).toBe(
      `error RECIPE_OVERRIDE at override ${override}\n  ${message}${allowed}${fix ? `\n  fix: ${fix}` : ''}`,
    );
  });

  it('says that a value has no keys', () => {
    expect(failure(() => apply('task.name=x'))).toBe(
      'error RECIPE_OVERRIDE at override task.name=x\n  "task" is not a mapping in this recipe',
    );
  });
});
