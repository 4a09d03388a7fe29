/** The command line of the bench. */
import { parseArgs } from 'node:util';
import { MdpdError, messageOf } from '@mdpd/core/errors';
import { didYouMean } from '@mdpd/core/nearest';
import { defaultEngines, engineNames, rows, type BenchRow, type EngineName } from './job.ts';
import { shapes, type BenchShape } from './shapes.ts';

export interface BenchOptions {
  readonly json: boolean;
  readonly help: boolean;
  /** Writes the table into docs/performance.md. */
  readonly markdown: boolean;
  /** JSON of an earlier run to show instead of measuring. */
  readonly from: string | undefined;
  /** Compares the losses of our steps with PyTorch's instead of timing them. */
  readonly check: boolean;
  readonly rows: readonly BenchRow[];
  readonly shapes: readonly BenchShape[];
  readonly engines: readonly EngineName[];
  /** Processes of every row and engine, taking turns. */
  readonly repeats: number;
}

const definitions = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  markdown: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  from: { type: 'string' },
  only: { type: 'string', multiple: true },
  shape: { type: 'string', multiple: true },
  engine: { type: 'string', multiple: true },
  repeats: { type: 'string', default: '1' },
} as const;

export const usage = `Times training steps and forward passes, each row in a process of its own.

Usage: npm run bench -- [options]

  --only ROW,…       ${rows.map(({ name }) => name).join(', ')}
  --shape SHAPE,…    ${shapes.map(({ name }) => name).join(', ')}
  --engine ENGINE,…  ${engineNames.join(', ')}
  --repeats N        rounds; engines take turns in each
  --json             { rows, environment } on standard output (npm run bench --silent -- --json)
  --markdown         write the table into docs/performance.md too
  --from FILE        show the JSON of an earlier run
  --check            compare the losses of small steps with PyTorch's instead of timing
`;

/** Throws OPTION_VALUE, UNKNOWN_OPTION or UNEXPECTED_ARGUMENT, each with exit code 2. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const values = parse(args);
  return {
    json: values.json,
    help: values.help,
    markdown: values.markdown,
    check: values.check,
    from: values.from,
    rows: choose('--only', values.only, rows, ({ name }) => name),
    shapes: choose('--shape', values.shape, shapes, ({ name }) => name),
    engines: choose('--engine', values.engine ?? [defaultEngines.join(',')], engineNames, (name) => name),
    repeats: rounds(values.repeats),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: definitions, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw asError(error);
  }
}

/** Node's own errors in our words. */
function asError(error: unknown): MdpdError {
  const code = (error as { code?: string }).code;
  const known = Object.keys(definitions).map((name) => `--${name}`);
  const named = /'(?:-\w, )?([^' ]+)/u.exec(messageOf(error))?.[1] ?? '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
    return new MdpdError('UNKNOWN_OPTION', `the bench has no option "${named}"`, {
      allowed: known,
      fix: didYouMean(named, known),
      exitCode: 2,
    });
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
    return new MdpdError('UNEXPECTED_ARGUMENT', `the bench takes options only, got "${named}"`, {
      fix: `rows are named by --only ${named}`,
      exitCode: 2,
    });
  const problem = /does not take/u.test(messageOf(error)) ? 'takes no value' : 'needs a value';
  return new MdpdError('OPTION_VALUE', `option ${named} of the bench ${problem}`, { exitCode: 2 });
}

/** What comma-separated values name, in our order; everything where nothing is named. */
function choose<T>(
  flag: string,
  given: readonly string[] | undefined,
  known: readonly T[],
  nameOf: (each: T) => string,
): T[] {
  if (!given) return [...known];
  const allowed = known.map(nameOf);
  const names = given
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (names.length === 0)
    throw new MdpdError('OPTION_VALUE', `option ${flag} of the bench names nothing`, {
      allowed,
      exitCode: 2,
    });
  const unknown = names.find((name) => !allowed.includes(name));
  if (unknown !== undefined)
    throw new MdpdError('OPTION_VALUE', `option ${flag} of the bench is "${unknown}"`, {
      allowed,
      fix: didYouMean(unknown, allowed),
      exitCode: 2,
    });
  return known.filter((each) => names.includes(nameOf(each)));
}

function rounds(text: string): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= 1 && value <= 100) return value;
  throw new MdpdError('OPTION_VALUE', `option --repeats of the bench is "${text}"`, {
    allowed: 'a whole number from 1 to 100',
    exitCode: 2,
  });
}
