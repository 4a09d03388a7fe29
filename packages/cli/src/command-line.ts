/** Strict reading of a command's arguments, and its help text, from its citty definition. */
import { MdpdError } from '@mdpd/core/errors';
import { didYouMean, nearest } from '@mdpd/core/nearest';
import type { ArgDef, ArgsDef } from 'citty';
import type { Command } from './command.ts';
import { formatList } from '@mdpd/report/format';

/** Options that every command has. */
export const commonOptions = {
  help: { type: 'boolean', alias: 'h', description: 'show this help' },
} as const satisfies ArgsDef;

type Definitions = Readonly<Record<string, ArgDef>>;

/**
 * Checks raw arguments against their definitions: citty itself lets unknown options, missing values and too many
 * arguments pass. Throws UNKNOWN_OPTION, OPTION_VALUE, MISSING_ARGUMENT or
 * UNEXPECTED_ARGUMENT, each with exit code 2.
 */
export function checkArguments(command: string, definitions: Definitions, rawArgs: readonly string[]): void {
  const options = Object.entries(definitions).filter(([, each]) => each.type !== 'positional');
  const flags = new Map(
    options.flatMap(([name, each]) => flagsOf(name, each).map((flag) => [flag, each] as const)),
  );
  let positionals = 0;
  for (let i = 0; i < rawArgs.length; i++) {
    const argument = rawArgs[i]!;
    if (argument === '--') {
      positionals += rawArgs.length - i - 1;
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      positionals += 1;
      continue;
    }
    const [flag, value] = splitFlag(argument);
    const definition = flags.get(flag);
    if (!definition) throw unknownOption(command, flag, [...flags.keys()]);
    if (definition.type === 'boolean') {
      if (value !== undefined) throw optionValue(command, flag, `takes no value, got "${value}"`);
      continue;
    }
    if (value === undefined && isOptional(definition) && !isValue(rawArgs[i + 1])) continue;
    const given = value ?? rawArgs[++i];
    if (given === undefined || given === '' || (value === undefined && given.startsWith('-'))) {
      throw optionValue(command, flag, 'needs a value', `${flag} <${definition.valueHint ?? 'value'}>`);
    }
  }
  const expected = Object.values(definitions).filter(({ type }) => type === 'positional');
  if (positionals > expected.length && !expected.some(isVariadic)) throw tooMany(command, expected.length);
  const required = Object.entries(definitions).filter(
    ([, each]) => each.type === 'positional' && each.required,
  );
  const missing = required[positionals];
  if (missing) throw missingArgument(command, missing[0], missing[1]);
}

function flagsOf(name: string, definition: ArgDef): string[] {
  const aliases = 'alias' in definition ? [definition.alias ?? []].flat() : [];
  return [`--${name}`, ...aliases.map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`))];
}

function splitFlag(argument: string): [string, string | undefined] {
  const equals = argument.indexOf('=');
  return equals < 0 ? [argument, undefined] : [argument.slice(0, equals), argument.slice(equals + 1)];
}

function unknownOption(command: string, flag: string, known: readonly string[]): MdpdError {
  return new MdpdError('UNKNOWN_OPTION', `mdpd ${command} has no option "${flag}"`, {
    allowed: known,
    fix: didYouMean(flag, known),
    exitCode: 2,
  });
}

function optionValue(command: string, flag: string, problem: string, allowed?: string): MdpdError {
  return new MdpdError('OPTION_VALUE', `option ${flag} of mdpd ${command} ${problem}`, {
    allowed,
    exitCode: 2,
  });
}

function tooMany(command: string, expected: number): MdpdError {
  return new MdpdError(
    'UNEXPECTED_ARGUMENT',
    `mdpd ${command} takes ${expected === 0 ? 'no' : `only ${expected}`} arguments`,
    {
      fix: `mdpd ${command} --help shows how to call it`,
      exitCode: 2,
    },
  );
}

/** Positional arguments that may be repeated carry this hint. */
export const variadic = '…';

function isVariadic(definition: ArgDef): boolean {
  return definition.valueHint === variadic;
}

function missingArgument(command: string, name: string, definition: ArgDef): MdpdError {
  return new MdpdError(
    'MISSING_ARGUMENT',
    `mdpd ${command} needs <${name}>: ${definition.description ?? ''}`,
    {
      fix: `mdpd ${command} --help shows how to call it`,
      exitCode: 2,
    },
  );
}

/** An option with this hint may stand without its value: `--submission`. */
export function optional(hint: string): string {
  return `[${hint}]`;
}

function isOptional({ valueHint }: ArgDef): boolean {
  return valueHint?.startsWith('[') ?? false;
}

function isValue(argument: string | undefined): boolean {
  return argument !== undefined && !argument.startsWith('-');
}

/** Arguments in which options that stand without their value have an empty one: citty takes the next option for it. */
export function withEmptyValues(definitions: Definitions, rawArgs: readonly string[]): string[] {
  const flags = Object.entries(definitions).flatMap(([name, each]) =>
    isOptional(each) ? flagsOf(name, each) : [],
  );
  const end = rawArgs.indexOf('--');
  return rawArgs.map((argument, i) => {
    const stands = flags.includes(argument) && (end < 0 || i < end) && !isValue(rawArgs[i + 1]);
    return stands ? `${argument}=` : argument;
  });
}

/** A whole number of an option. Throws OPTION_VALUE. */
export function wholeNumber(
  command: string,
  flag: string,
  text: string | undefined,
  least = 1,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw optionValue(command, flag, `is "${text}"`, `a whole number of at least ${least}`);
}

export function unknownCommand(name: string, known: readonly string[]): MdpdError {
  const meant = nearest(name, known);
  return new MdpdError('UNKNOWN_COMMAND', `there is no command "${name}"`, {
    allowed: known,
    fix: meant === undefined ? 'mdpd --help shows what each does' : `did you mean "mdpd ${meant}"?`,
    exitCode: 2,
  });
}

/** Help of one command: usage, arguments, options, examples. */
export function commandHelp({ name, description, args, examples }: Command): string {
  const definitions = Object.entries(args);
  const positionals = definitions.filter(([, each]) => each.type === 'positional');
  const options = definitions.filter(([, each]) => each.type !== 'positional');
  const usage = positionals.map(([key, each]) => {
    const name = key + (isVariadic(each) ? ` ${variadic}` : '');
    return each.required ? `<${name}>` : `[${name}]`;
  });
  const argumentRows = positionals.map(([key, each]) => [key, each.description ?? ''] as const);
  const optionRows = options.map(([key, each]) => {
    const flags = flagsOf(key, each).reverse().join(', ');
    const value = isOptional(each) ? each.valueHint! : `<${each.valueHint ?? 'value'}>`;
    return [flags + (each.type === 'boolean' ? '' : ` ${value}`), each.description ?? ''] as const;
  });
  return [
    `${description}\n`,
    `Usage: mdpd ${name} ${usage.join(' ')} [options]\n`,
    ...(argumentRows.length > 0 ? [`Arguments:\n${formatList(argumentRows)}\n`] : []),
    `Options:\n${formatList(optionRows)}\n`,
    `Examples:\n${examples.map((example) => `  ${example}`).join('\n')}`,
  ].join('\n');
}
