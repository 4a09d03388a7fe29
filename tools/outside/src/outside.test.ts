/** Installs tarballs into empty projects and works there as a user would: nothing of the workspace is in reach. */
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { name, writeDotShare } from './dot-share.ts';
import { npm } from './npm.ts';
import { OutsideProject, type Finished, type Installation } from './project.ts';
import { root, workspaceClosure } from './workspace.ts';

const packed = inject('packed');
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Passes over the console, which tests must leave alone. */
function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

const secondsSince = (start: number): string => `${((performance.now() - start) / 1000).toFixed(1)} s`;
const started = performance.now();

function done({ status, stdout, stderr }: Finished): string {
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

// One project, whose packages change: npm removes what is no longer needed, and 290 MB are unpacked once.
const project = new OutsideProject();
afterAll(() => project.remove());

function tellInstalled(names: readonly string[], { seconds, bytes }: Installation): void {
  tell(`npm install ${names.join(' ')}: ${seconds.toFixed(1)} s, ${(bytes / 1e6).toFixed(0)} MB`);
}

/** Installs packages before the tests of a block. */
function installs(...names: string[]): void {
  let installation: Installation;
  beforeAll(() => {
    installation = project.install(names, packed);
  }, 300_000);
  it('installs what it needs, and no other package of ours', () => {
    tellInstalled(names, installation);
    const ours = project.installed().filter((name) => name.startsWith('@mdpd/'));
    expect(ours).toEqual(workspaceClosure(names));
  });
}

/** Trains by `recipe.yaml` and predicts. */
function trains(out: string, input: string, classes: readonly string[]): void {
  const since = performance.now();
  const trained = done(project.mdpd('train', 'recipe.yaml', '--smoke', '--out', out));
  expect(trained).toContain('The faded model is what ships');
  const predicted = done(project.mdpd('predict', out, input, '--json'));
  expect(classes.some((name) => predicted.includes(`"${name}"`))).toBe(true);
  tell(`train and predict: ${secondsSince(since)}`);
}

const rest = `backbone: BACKBONE
method: mdpd
train: { steps: 4, batchSize: 8 }
`;

describe('images alone: @mdpd/cli, @mdpd/task-vtab and @mdpd/backbone-vit', () => {
  installs('@mdpd/cli', '@mdpd/task-vtab', '@mdpd/backbone-vit');
  beforeAll(() => {
    const data = 'data: { train: ./photos/train, test: ./photos/test }';
    project.write('recipe.yaml', `task: vtab\n${data}\n${rest.replace('BACKBONE', 'zoo:tiny-vit')}`);
    project.write(
      'draw.mjs',
      `import { mkdirSync } from 'node:fs';
      import sharp from 'sharp';
      for (const [split, count] of [['train', 12], ['test', 4]])
        for (const [name, background] of [['dark', '#102030'], ['light', '#e0d0c0']]) {
          mkdirSync(\`photos/\${split}/\${name}\`, { recursive: true });
          const image = { create: { width: 28, height: 28, channels: 3, background } };
          for (let i = 0; i < count; i++) await sharp(image).png().toFile(\`photos/\${split}/\${name}/\${i}.png\`);
        }`,
    );
    done(project.node('draw.mjs'));
  });

  it('has the command', () => {
    expect(project.npx('--version')).toBe('0.1.0\n');
    const listed = JSON.parse(done(project.mdpd('list', '--json'))) as Record<string, { name: string }[]>;
    expect(listed['tasks']!.map(({ name }) => name)).toEqual(['vtab']);
    expect(listed['backbones']!.map(({ name }) => name)).toEqual(['vit']);
  });

  it('trains, predicts, evaluates and exports', () => {
    trains('runs/images', 'photos/test/dark/0.png', ['dark', 'light']);
    const evaluated = done(project.mdpd('evaluate', 'runs/images', '--json'));
    expect(JSON.parse(evaluated)).toMatchObject({ split: 'test', examples: 8 });
    done(project.mdpd('export', 'runs/images'));
    for (const file of ['model.safetensors', 'config.json', 'onnx/model.onnx'])
      expect(existsSync(project.path('runs/images/model', file)), file).toBe(true);
  });

  it('has types that a strict program compiles with, and that run', () => {
    project.write(
      'program.mts',
      `import { definePlugin, formatError, MdpdError, type ModelSource } from '@mdpd/core';
      import { loadPlugins } from '@mdpd/cli/plugins';
      const model: ModelSource = { name: 'mine:a', description: 'my own', folder: '/models/a' };
      export const plugin = definePlugin({ name: 'mine', models: [model] });
      const { registry } = await loadPlugins();
      try {
        registry.tasks.get('vtb');
      } catch (thrown) {
        if (thrown instanceof MdpdError) console.log(formatError(thrown));
      }`,
    );
    // tfjs names types that it does not bring.
    const strict = ['--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    done(project.node(compiler, ...strict, ...types, 'program.mts'));
    expect(done(project.node('program.mjs'))).toContain('did you mean "vtab"?');
  });
});

describe("a task of one's own beside them", () => {
  const folder = project.path(name);
  const out = 'runs/share';

  it('is started by npm create, and given another head and another metric', () => {
    const { tarball } = packed.find((each) => each.name === 'create-mdpd-plugin')!;
    expect(project.create(tarball, name, '--kind', 'task')).toContain(`${name}: a task plugin in `);
    writeDotShare(folder);
  });

  it('is installed with what its tests need, and passes them: types, its own, the conformance kit', () => {
    const names = ['@mdpd/cli', '@mdpd/task-vtab', '@mdpd/backbone-vit', '@mdpd/testing'];
    tellInstalled([...names, name], project.install(names, packed, [name]));
    const since = performance.now();
    expect(npm(folder, 'test')).toMatch(/Tests +\d+ passed/u);
    tell(`npm test: ${secondsSince(since)}`);
  });

  it('is found as a third task', () => {
    const listed = JSON.parse(done(project.mdpd('list', '--json'))) as Record<string, { name: string }[]>;
    expect(listed['tasks']!.map((task) => task.name).sort()).toEqual([name, 'vtab']);
  });

  it('is trained, and estimates better than the mean', () => {
    const since = performance.now();
    done(project.mdpd('train', `${name}/recipe.yaml`, 'train.epochs=2', 'data.test=200', '--out', out));
    const result = JSON.parse(readFileSync(project.path(out, 'result.json'), 'utf8')) as {
      readonly task: string;
      readonly metrics: { readonly faded: { readonly r2: number } };
    };
    expect(result.task).toBe(name);
    expect(result.metrics.faded.r2).toBeGreaterThan(0.5);
    tell(`mdpd train: ${secondsSince(since)}, R² ${result.metrics.faded.r2.toFixed(3)}`);
    tell(`from an empty folder to a trained task of one's own: ${secondsSince(started)}`);
  });
});

describe('texts alone: @mdpd/cli, @mdpd/task-glue and @mdpd/backbone-bert', () => {
  installs('@mdpd/cli', '@mdpd/task-glue', '@mdpd/backbone-bert');
  const rows = (count: number): string =>
    Array.from({ length: count }, (_, i) =>
      i % 2 === 0 ? `my invoice ${i} is wrong,billing` : `parcel ${i} never came,delivery`,
    ).join('\n');
  beforeAll(() => {
    project.write('train.csv', `text,label\n${rows(24)}\n`);
    project.write('test.csv', `text,label\n${rows(8)}\n`);
    const data = 'data: { train: ./train.csv, test: ./test.csv, text: text, label: label }';
    project.write('recipe.yaml', `task: text\n${data}\n${rest.replace('BACKBONE', 'zoo:tiny-bert')}`);
  });

  it('has no library for images', () => {
    expect(project.installed().filter((name) => /^(sharp|@img\/.*)$/u.test(name))).toEqual([]);
  });

  it('trains and predicts', () => {
    trains('runs/texts', 'where is my parcel', ['billing', 'delivery']);
  });

  it('names the command that installs a task that is not there', () => {
    const refused = project.mdpd('train', 'recipe.yaml', 'task=vtab');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('task "vtab" is not installed\n');
    expect(refused.stderr).toContain('fix: npm install @mdpd/task-vtab');
  });

  it('says how to get one where an image is read', () => {
    project.write(
      'read.mjs',
      `import { formatError } from '@mdpd/core';
      import { decodeImage } from '@mdpd/data/image-decode';
      await decodeImage(new Uint8Array(9)).catch((error) => console.log(formatError(error)));`,
    );
    expect(done(project.node('read.mjs'))).toBe(
      'error SHARP_MISSING\n  the package sharp, which reads images, is not installed\n  fix: npm install sharp@0.35.5\n',
    );
  });
});
