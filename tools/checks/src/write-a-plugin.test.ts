/** docs/write-a-task.md, -backbone.md and -method.md are followed to the letter, from an empty folder. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PluginPage, stepsOf, type Step } from './plugin-page.ts';
import { root } from './workspace.ts';

const nameOf = (step: Step): string => ('command' in step ? step.command : `writes ${step.file}`);

// A plugin that stands alone reads what is built: nothing is done where it is.
beforeAll(() => {
  const needed = ['backbones/vit', 'cli', 'testing', 'tasks/vtab', 'zoo'];
  const projects = needed.map((name) => join(root, 'packages', name, 'tsconfig.lib.json'));
  const { status, stdout } = spawnSync('npx', ['--no-install', 'tsc', '--build', ...projects], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, stdout).toBe(0);
}, 300_000);

describe.each(['task', 'backbone', 'method'])('docs/write-a-%s.md', (kind) => {
  const steps = stepsOf(`docs/write-a-${kind}.md`);
  const page = new PluginPage();
  let previous: string | undefined;
  afterAll(() => page.remove());

  it('begins with nothing, and trains', () => {
    const commands = steps.flatMap((step) => ('command' in step ? step.command : []));
    expect(commands[0]).toMatch(new RegExp(`^npm create mdpd-plugin@latest \\S+ -- --kind ${kind}$`, 'u'));
    expect(commands).toContain('npm test');
    expect(commands.some((command) => command.startsWith('npx mdpd train recipe.yaml'))).toBe(true);
  });

  it.each(steps.map((step) => [nameOf(step), step] as const))('%s', { timeout: 300_000 }, (_name, step) => {
    // Later steps need the earlier ones.
    expect(previous, 'an earlier step failed').toBeUndefined();
    previous = nameOf(step);
    const { status, stdout, stderr } = page.take(step);
    expect(status, stdout + stderr).toBe(0);
    if (nameOf(step).includes(' predict ')) expect(stdout).toMatch(/\d+ o'clock/u);
    previous = undefined;
  });

  it.runIf(kind === 'task')('has learned to read the clock', () => {
    const result = JSON.parse(readFileSync(join(page.folder, 'runs/clock/result.json'), 'utf8')) as {
      metrics: { faded: { accuracy: number; accuracy_near: number } };
    };
    // A twelfth would be chance.
    expect(result.metrics.faded.accuracy).toBeGreaterThan(0.5);
    expect(result.metrics.faded.accuracy_near).toBeGreaterThan(result.metrics.faded.accuracy);
    expect(existsSync(join(page.folder, 'runs/clock/model/onnx/model.onnx'))).toBe(true);
  });
});
