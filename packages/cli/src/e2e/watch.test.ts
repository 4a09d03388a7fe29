/** `mdpd watch`: beside a training in another pane of a real terminal, and after it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { displayWidth } from '@mdpd/report/display-width';
import { mdpdHere } from '../testing/in-process.ts';
import { bin, createWorkspace, tinyRecipe, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  workspace.images('photos/train', ['ant', 'bee'], 6);
  workspace.images('photos/test', ['ant', 'bee'], 2);
  workspace.write('recipe.yaml', `${tinyRecipe}executor: wasm\n`);
});
afterAll(() => workspace.remove());

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

describe.skipIf(!hasTmux)(
  `in two panes of tmux${hasTmux ? '' : ' (left out: tmux is not installed)'}`,
  () => {
    // A server of its own: nobody's settings, nobody's sessions.
    const server = `mdpd-test-${process.pid}`;
    const tmux = (...argv: string[]): string =>
      execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...argv], {
        encoding: 'utf8',
        env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' },
      });
    afterAll(() => void spawnSync('tmux', ['-L', server, 'kill-server']));

    const screen = (pane: string): string[] => tmux('capture-pane', '-p', '-t', pane).split('\n');
    const until = async (pane: string, pattern: RegExp, each = (_lines: string[]): void => {}) => {
      for (const from = Date.now(); ; await setTimeout(100)) {
        const lines = screen(pane);
        each(lines);
        if (lines.some((line) => pattern.test(line))) return lines;
        expect(Date.now() - from, `${pane} shows\n${lines.join('\n')}`).toBeLessThan(120_000);
      }
    };
    const command = (...argv: string[]): string =>
      `env -u NO_COLOR -u FORCE_COLOR LC_ALL=C.UTF-8 ${process.execPath} ${bin} ${argv.join(' ')}; echo "exit $?"; exec cat`;

    it('shows one live line in each that fits into 80 columns, and both say how it ended', async () => {
      const start = ['-d', '-P', '-F', '#{pane_id}', '-c', workspace.root];
      const watching = tmux('new-session', '-x', '80', '-y', '24', ...start, command('watch', 'run')).trim();
      tmux('set-option', '-g', 'default-terminal', 'tmux-256color');
      await until(watching, /run: there is no run yet; waiting for one/);
      const steps = 'train.steps=400';
      const training = tmux(
        'new-window',
        ...start,
        command('train', 'recipe.yaml', steps, '--out', 'run'),
      ).trim();
      const seen = new Set<string>();
      const curves = new Set<string>();
      const look = (lines: string[]): void => {
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
        const live = lines.filter((line) => /^step \d+\/400 {2}loss/.test(line));
        expect(live.length, lines.join('\n')).toBeLessThanOrEqual(1);
        const [line = ''] = live;
        if (line) seen.add(line);
        const curve = /loss \S+ ([▁▂▃▄▅▆▇█]+) /.exec(line)?.[1];
        if (curve) curves.add(curve);
      };
      await until(watching, /^exit 0/, look);
      const [ended, trained] = [screen(watching), await until(training, /^exit 0/)];
      expect(seen.size).toBeGreaterThan(2);
      for (const curve of curves) expect([...curve].length).toBeLessThanOrEqual(12);
      expect(curves.size).toBeGreaterThan(0);
      const shown = (lines: string[]): string[] => lines.filter((line) => line.startsWith('Done in'));
      expect(shown(ended)).toEqual(shown(trained));
      expect(ended.join('\n')).toContain('run: running');
      expect(ended.join('\n')).toMatch(/accuracy +\d+\.\d %/);
    });

    it('ends on Ctrl-C with 130 and leaves a clean line', async () => {
      const pane = tmux(
        ...['new-session', '-x', '80', '-y', '24', '-d', '-P', '-F', '#{pane_id}', '-c', workspace.root],
        command('watch', 'later'),
      ).trim();
      await until(pane, /waiting for one/);
      tmux('send-keys', '-t', pane, 'C-c');
      const lines = await until(pane, /^(\^C)?exit 130/);
      expect(lines.join('\n')).not.toContain('stopping');
    });
  },
);

describe('elsewhere', () => {
  const watch = (...argv: string[]) => mdpdHere(workspace.root, 'watch', ...argv);

  beforeAll(async () => {
    const { exitCode, stderr } = await mdpdHere(
      workspace.root,
      ...['train', 'recipe.yaml', 'train.steps=4', '--out', 'done'],
    );
    expect(exitCode, stderr).toBe(0);
  });

  it('prints plain lines and the summary of a run that is finished', async () => {
    const { exitCode, stdout, stderr } = await watch('done');
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^warning: [^\n]*\nstep 4 {2}test faded: accuracy [^\n]*\nstep 4\/4 {2}loss [^\n]*\n$/,
    );
    expect(stdout).toMatch(/^Done in .*: head on recipe, 4 steps/);
    const once = await watch('done', '--once');
    expect([once.exitCode, once.stdout, once.stderr]).toEqual([0, stdout, '']);
    const { stdout: json } = await watch('done', '--once', '--json');
    expect(JSON.parse(json)).toMatchObject({
      run: 'done',
      state: 'finished',
      step: 4,
      steps: 4,
      evaluations: [{ split: 'test', path: 'faded' }],
      result: { method: 'head' },
    });
  });

  it('says why a run failed, and exits with 1', async () => {
    workspace.write('failed/recipe.yaml', 'task: vtab\n');
    workspace.write('failed/metrics.jsonl', readFileSync(workspace.path('done/metrics.jsonl')));
    const failure = {
      code: 'DISK_FULL',
      message: 'cannot write: \u001b[31mthe disk is full',
      fix: 'free space',
    };
    workspace.write('failed/failed.json', JSON.stringify(failure));
    const { exitCode, stdout, stderr } = await watch('failed');
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /failed: failed\nerror DISK_FULL\n {2}cannot write: \\x1b\[31mthe disk is full\n {2}fix: free space\n$/,
    );
    const json = await watch('failed', '--once', '--json');
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL' } });
  });

  it('--once says where a run stands that nobody works at, with a torn last line', async () => {
    workspace.write('half/recipe.yaml', 'task: vtab\n');
    const [first, second] = readFileSync(workspace.path('done/metrics.jsonl'), 'utf8').split('\n');
    workspace.write('half/metrics.jsonl', `${first}\n${second}\n`);
    appendFileSync(workspace.path('half/metrics.jsonl'), '{"type":"st');
    const { exitCode, stdout } = await watch('half', '--once');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^half: stopped, no process works in it\nstep 1\/4 {2}loss [^\n]*\n$/);
  });

  it('--once needs a run', async () => {
    const { exitCode, stderr } = await watch('nothing', '--once');
    expect(exitCode).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "error RUN_NOT_FOUND
        nothing holds no run
        allowed: a folder that \`mdpd train\` made, or is training in
        fix: without --once it is waited for
      "
    `);
    expect(existsSync(workspace.path('nothing'))).toBe(false);
  });
});
