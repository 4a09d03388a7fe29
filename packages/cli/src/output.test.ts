import { describe, expect, it } from 'vitest';
import { MdpdError } from '@mdpd/core';
import { createOutput, reportFailure, type Output } from './output.ts';

function collect(json: boolean, isTTY = false, environment: Record<string, string> = {}) {
  const written = { stdout: '', stderr: '' };
  const stdout = { isTTY, write: (text: string) => (written.stdout += text) };
  const stderr = { isTTY, write: (text: string) => (written.stderr += text) };
  const output: Output = createOutput({ json, stdout, stderr, environment });
  return { output, written };
}

const error = new MdpdError('RECIPE_YAML', 'broken', { place: 'a.yaml:1:2', allowed: ['x'], exitCode: 2 });

describe('reportFailure', () => {
  it('prints our errors on standard error and gives their exit code', () => {
    const { output, written } = collect(false);
    expect(reportFailure(error, output, false)).toBe(2);
    expect(written).toEqual({
      stdout: '',
      stderr: 'error RECIPE_YAML at a.yaml:1:2\n  broken\n  allowed: x\n',
    });
  });

  it('adds JSON on standard output for programs', () => {
    const { output, written } = collect(true);
    reportFailure(error, output, false);
    expect(JSON.parse(written.stdout)).toEqual({
      error: { code: 'RECIPE_YAML', message: 'broken', place: 'a.yaml:1:2', allowed: 'x' },
    });
  });

  it('calls everything else a bug, with a stack trace only on request', () => {
    const bug = new TypeError('x is undefined');
    const { output, written } = collect(false);
    expect(reportFailure(bug, output, false)).toBe(1);
    expect(written.stderr).toBe(
      'error INTERNAL\n  x is undefined\n' +
        '  fix: this is a bug in mdpd: run it again with MDPD_DEBUG=1 and report what it prints\n',
    );
    reportFailure(bug, output, true);
    expect(written.stderr).toContain('output.test.ts');
  });
});

it('is bold on a terminal only, and not where NO_COLOR is set', () => {
  expect(collect(false, true).output.bold('a')).toBe('\u001b[1ma\u001b[22m');
  expect(collect(false, false).output.bold('a')).toBe('a');
  expect(collect(false, true, { NO_COLOR: '1' }).output.bold('a')).toBe('a');
  expect(collect(false, true, { NO_COLOR: 'yes' }).output.bold('a')).toBe('a');
  expect(collect(false, true, { TERM: 'dumb' }).output.bold('a')).toBe('a');
});
