/**
 * Inputs of a request, by what the model reads. A text is only ever read as a text and an image as bytes: nothing of a request
 * is taken for the path of a file.
 */
import { z } from 'zod';
import type { InputKind } from '@mdpd/report/result';
import { Refusal } from './refusal.ts';

/** What may be sent. */
export const limits = {
  /** Bytes of a body with images. */
  imageBytes: 20_000_000,
  /** Bytes of a body with texts alone. */
  textBytes: 100_000,
  /** Inputs of one request. */
  inputs: 16,
} as const;

/** One input. */
export interface ServedInput {
  /** How the answer calls it: the text, or the name that the image's sender gave it. */
  readonly name: string;
  readonly text?: string;
  readonly image?: Uint8Array;
}

/** Inputs, and how many alternatives of each are wanted. */
export interface ServedInputs {
  readonly inputs: readonly ServedInput[];
  readonly top: number;
}

const defaultTop = 3;
const mostNameCharacters = 200;
const mostAlternatives = 1000;

const textRequest = z.strictObject({
  inputs: z.array(z.string()).min(1).max(limits.inputs),
  top: z.int().min(1).max(mostAlternatives).default(defaultTop),
});

/** Whether a body of this type may be as large as an image. */
export function mayHoldImage(kind: InputKind): boolean {
  return kind !== 'text';
}

/**
 * Reads the body of a request.
 *
 * @param query - of the address: `top`, and `text` for an image that is the whole body
 * @throws SERVE_TYPE where the model does not read this kind of body, SERVE_INPUT where it is not as it should be
 */
export async function readInputs(
  body: Uint8Array,
  contentType: string | undefined,
  query: URLSearchParams,
  kind: InputKind,
): Promise<ServedInputs> {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase();
  if (kind === 'text') {
    if (type !== 'application/json') throw wrongType(kind);
    return readTexts(body);
  }
  const top = topOf(query.get('top') ?? undefined);
  if (type === 'multipart/form-data') return readForm(body, contentType!, kind, top);
  if (!type.startsWith('image/') && type !== 'application/octet-stream') throw wrongType(kind);
  return { inputs: [imageInput(body, 'image', query.get('text') ?? undefined, kind)], top };
}

function readTexts(body: Uint8Array): ServedInputs {
  const parsed = textRequest.safeParse(jsonOf(body));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue];
    throw unusable(`${path.join('.') || 'the body'}: ${message}`);
  }
  const { inputs, top } = parsed.data;
  return { inputs: inputs.map((text) => ({ name: text, text })), top };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch {
    throw unusable('the body is no JSON in UTF-8');
  }
}

/** Parts `image`, one or more; for models that read a text with it, as many parts `text`. */
async function readForm(body: Uint8Array, type: string, kind: InputKind, top: number): Promise<ServedInputs> {
  const form = await formOf(body, type);
  const images = form.getAll('image').filter((part) => part instanceof Blob);
  const texts = form.getAll('text').filter((part) => typeof part === 'string');
  const parts = [...form.keys()].length;
  if (parts !== images.length + texts.length || images.length === 0) {
    throw unusable(`the form needs parts "image"${kind === 'imageText' ? ' and "text"' : ''} alone`);
  }
  if (images.length > limits.inputs) throw unusable(`there are more than ${limits.inputs} images`);
  if (texts.length !== (kind === 'imageText' ? images.length : 0)) {
    throw unusable(kind === 'imageText' ? 'every image needs a text' : 'the model reads no text');
  }
  const inputs = await Promise.all(
    images.map(async (part, index) => {
      const bytes = new Uint8Array(await part.arrayBuffer());
      return imageInput(bytes, (part as File).name || 'image', texts[index], kind);
    }),
  );
  return { inputs, top };
}

async function formOf(body: Uint8Array, type: string): Promise<FormData> {
  try {
    return await new Response(body as Uint8Array<ArrayBuffer>, {
      headers: { 'content-type': type },
    }).formData();
  } catch {
    throw unusable('the body is no form');
  }
}

function imageInput(
  image: Uint8Array,
  given: string,
  text: string | undefined,
  kind: InputKind,
): ServedInput {
  if (image.length === 0) throw unusable('the image is empty');
  const name = given.slice(0, mostNameCharacters);
  if (kind === 'image') return { name, image };
  if (text === undefined || text.trim() === '') throw unusable('the text is empty');
  if (Buffer.byteLength(text) > limits.textBytes) {
    throw new Refusal(413, 'SERVE_TOO_LARGE', 'the text is too large', {
      allowed: `${limits.textBytes} bytes`,
    });
  }
  return { name: `${name} ${text}`, image, text };
}

function topOf(text: string | undefined): number {
  if (text === undefined) return defaultTop;
  const top = Number(text);
  if (Number.isInteger(top) && top >= 1 && top <= mostAlternatives) return top;
  throw unusable(`top is no whole number from 1 to ${mostAlternatives}`);
}

/** What a request may hold, by what the model reads. */
const forms: Readonly<Record<InputKind, string>> = {
  text: 'application/json: { "inputs": ["a text", …], "top": 3 }',
  image: 'an image as it is (image/png, …), or multipart/form-data with parts "image"',
  imageText: 'multipart/form-data with parts "image" and "text", or an image with ?text=…',
};

function wrongType(kind: InputKind): Refusal {
  return new Refusal(415, 'SERVE_TYPE', 'the model does not read a body of this type', {
    allowed: forms[kind],
  });
}

function unusable(message: string): Refusal {
  return new Refusal(400, 'SERVE_INPUT', message, { allowed: 'GET /about says what the model reads' });
}
