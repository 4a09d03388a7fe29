import { describe, expect, it } from 'vitest';
import { pluginNames } from './names.ts';
import { formatProblem, type Problem } from './problem.ts';

describe('names', () => {
  it.each([
    ['dot-count', 'dot-count', 'dot-count'],
    ['mdpd-task-dot-count', 'mdpd-task-dot-count', 'dot-count'],
    ['task-dots', 'task-dots', 'dots'],
    ['@me/mdpd-backbone-deit', 'mdpd-backbone-deit', 'deit'],
    ['my-method', 'my-method', 'my-method'],
    ['mdpd', 'mdpd', 'mdpd'],
    ['mdpd-task-2d', 'mdpd-task-2d', 'mdpd-task-2d'],
  ])('%s is in folder %s and called %s', (given, folder, name) => {
    expect(pluginNames(given)).toMatchObject({ package: given, folder, name });
  });

  it('has them in the cases of identifiers', () => {
    expect(pluginNames('mdpd-task-dot-2d-count')).toMatchObject({
      camel: 'dot2dCount',
      pascal: 'Dot2dCount',
    });
  });

  it.each([
    ['Dot Count', 'dot-count'],
    ['DotCount', 'dot-count'],
    ['dot_count', 'dot-count'],
    ['-dots-', 'dots'],
    ['dot--count', 'dot-count'],
    ['../up', 'up'],
    ['@me/Dots', 'dots'],
    ['2dots', 'dots'],
  ])('refuses %s, and suggests %s', (given, near) => {
    expect(() => pluginNames(given)).toThrow(
      expect.objectContaining({
        code: 'CREATE_NAME',
        details: expect.objectContaining({ fix: `call it ${near}` }),
      }),
    );
  });

  it.each(['', '.', '..', '@me/', '123', 'a'.repeat(61)])('refuses "%s"', (given) => {
    expect(() => pluginNames(given)).toThrow(expect.objectContaining({ code: 'CREATE_NAME' }));
  });

  it('says what is allowed', () => {
    let said = '';
    try {
      pluginNames('Dots!');
    } catch (thrown) {
      said = formatProblem(thrown as Problem);
    }
    expect(said).toBe(
      [
        'error CREATE_NAME',
        '  "Dots!" cannot be the name of a plugin',
        '  allowed: lower-case letters, digits and single hyphens, a letter first, at most 60 characters; before it may stand @scope/',
        '  fix: call it dots',
      ].join('\n'),
    );
  });
});
