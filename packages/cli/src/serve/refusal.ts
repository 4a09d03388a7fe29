/** What the server of a demo does not do: an error of ours with the status of HTTP that fits it. */
import { MdpdError, type ErrorDetails } from '@mdpd/core';

/** Details of a refusal: those of an error, and headers that its status asks for. */
export interface RefusalDetails extends ErrorDetails {
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that a client is told with a status; `code` stands in docs/errors.md. */
export class Refusal extends MdpdError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, details: RefusalDetails = {}) {
    super(code, message, details);
    this.status = status;
    this.headers = details.headers ?? {};
  }
}

/** What a client is told of an error. */
export interface ToldError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly place?: string;
      readonly allowed?: string;
      readonly fix?: string;
    };
  };
}

/** Errors of tasks that are about what was sent; every other one is ours. */
const aboutInputs = new Set(['IMAGE_UNREADABLE', 'IMAGE_TEXT_INPUT', 'TEXT_INPUT', 'PREDICT_INPUT']);

/**
 * The answer to whatever was thrown. What is wrong with an input is told as `mdpd predict` tells it; of anything that is no
 * fault of the client only that it happened, for messages name files of this machine.
 */
export function toldError(thrown: unknown): ToldError {
  if (thrown instanceof Refusal) return told(thrown.status, thrown, thrown.headers);
  if (thrown instanceof MdpdError && aboutInputs.has(thrown.code)) return told(422, thrown);
  return told(500, new MdpdError('INTERNAL', 'the server failed; what happened stands in its terminal'));
}

/** Whether those who started the server have to be told of it. */
export function isOurs(thrown: unknown): boolean {
  return toldError(thrown).status === 500;
}

function told(status: number, error: MdpdError, headers: Readonly<Record<string, string>> = {}): ToldError {
  const { code, message, place, allowed, fix } = error;
  return { status, headers, body: { error: { code, message, place, allowed, fix } } };
}
