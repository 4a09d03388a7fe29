/** What the terminal behind a stream can show. */
import type { Stream } from './output.ts';

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Terminal {
  /** Letters beyond ASCII. */
  readonly unicode: boolean;
  /** Colours and bold. */
  readonly styled: boolean;
  /** Sequences that erase a line; without them it is written over. */
  readonly erases: boolean;
}

export function terminalOf(
  stream: Pick<Stream, 'isTTY'>,
  environment: Environment = process.env,
  platform: string = process.platform,
): Terminal {
  const dumb = environment['TERM'] === 'dumb';
  return {
    unicode: !dumb && isUtf8(environment, platform),
    styled: isStyled(stream, environment),
    erases: !dumb,
  };
}

/** As Node decides about colours: FORCE_COLOR comes first, then NO_COLOR, then what the terminal is. */
export function isStyled(stream: Pick<Stream, 'isTTY'>, environment: Environment = process.env): boolean {
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

/** The first of these that is set says what letters are; terminals of Windows know all. */
function isUtf8(environment: Environment, platform: string): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'];
  if (locale === undefined || locale === '') return platform === 'win32';
  return /utf-?8/i.test(locale);
}
