import { expect, it } from 'vitest';
import { limits, readInputs, type ServedInputs } from './served-input.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const none = new URLSearchParams();

/** A form as a browser sends it. */
async function formBody(parts: readonly (readonly [string, string | File])[]): Promise<[Uint8Array, string]> {
  const form = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value);
  }
  const response = new Response(form);
  return [new Uint8Array(await response.arrayBuffer()), response.headers.get('content-type')!];
}

const image = (name: string, content = 'pixels'): File => new File([content], name);

const texts = (body: unknown): Promise<ServedInputs> =>
  readInputs(bytesOf(JSON.stringify(body)), 'application/json; charset=utf-8', none, 'text');

it('reads texts as texts, whatever they look like', async () => {
  const inputs = ['/etc/passwd', 'a\tb', ''];
  expect(await texts({ inputs, top: 2 })).toEqual({
    inputs: inputs.map((text) => ({ name: text, text })),
    top: 2,
  });
  expect((await texts({ inputs: ['a'] })).top).toBe(3);
});

it.each([
  [{}, 'inputs'],
  [{ inputs: [] }, 'inputs'],
  [{ inputs: 'a' }, 'inputs'],
  [{ inputs: [1] }, 'inputs.0'],
  [{ inputs: Array.from({ length: 17 }, () => 'a') }, 'inputs'],
  [{ inputs: ['a'], top: 0 }, 'top'],
  [{ inputs: ['a'], more: 1 }, 'the body'],
  [['a'], 'the body'],
  [null, 'the body'],
])('refuses %j', async (body, place) => {
  const error: unknown = await texts(body).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'SERVE_INPUT', status: 400 });
  expect((error as Error).message.startsWith(place)).toBe(true);
});

it('refuses what is no JSON in UTF-8', async () => {
  for (const body of [bytesOf('{'), Uint8Array.of(0x22, 0xff, 0x22), new Uint8Array()])
    await expect(readInputs(body, 'application/json', none, 'text')).rejects.toMatchObject({ status: 400 });
});

it('reads images as they are, and in forms', async () => {
  const plain = await readInputs(bytesOf('p'), 'image/png', new URLSearchParams('top=5'), 'image');
  expect(plain).toEqual({ inputs: [{ name: 'image', image: bytesOf('p') }], top: 5 });
  const parts = [
    ['image', image('a.png')],
    ['image', image('../../b <i>.png', 'more')],
  ] as const;
  const [body, type] = await formBody(parts);
  const { inputs } = await readInputs(body, type, none, 'image');
  expect(inputs.map(({ name }) => name)).toEqual(['a.png', '../../b <i>.png']);
  expect(inputs.map((each) => Buffer.from(each.image!).toString())).toEqual(['pixels', 'more']);
});

it('reads an image with its text', async () => {
  const [body, type] = await formBody([
    ['image', image('a.png')],
    ['text', 'what colour?'],
  ]);
  const [input] = (await readInputs(body, type, none, 'imageText')).inputs;
  expect(input).toMatchObject({ name: 'a.png what colour?', text: 'what colour?' });
  const query = new URLSearchParams('text=what');
  const [plain] = (await readInputs(bytesOf('p'), 'application/octet-stream', query, 'imageText')).inputs;
  expect(plain).toMatchObject({ name: 'image what', text: 'what' });
});

it.each([
  ['no image', [['text', 'a']], 'imageText'],
  ['no text', [['image', image('a')]], 'imageText'],
  ['an empty text', [['image', image('a')], ['text', ' \n']], 'imageText'], // prettier-ignore
  ['a text too many', [['image', image('a')], ['text', 'a']], 'image'], // prettier-ignore
  ['another part', [['image', image('a')], ['path', '/etc/passwd']], 'image'], // prettier-ignore
  ['an image that is text', [['image', '/etc/passwd']], 'image'],
  ['an empty image', [['image', image('a', '')]], 'image'],
  ['too many', Array.from({ length: 17 }, () => ['image', image('a')]), 'image'],
] as [string, [string, string | File][], 'image' | 'imageText'][])(
  'refuses a form with %s',
  async (_, parts, kind) => {
    const [body, type] = await formBody(parts);
    await expect(readInputs(body, type, none, kind)).rejects.toMatchObject({ code: 'SERVE_INPUT' });
  },
);

it('refuses bodies that the model does not read, saying what it does', async () => {
  const cases = [
    ['image/png', 'text'],
    ['application/json', 'image'],
    ['application/json', 'imageText'],
    ['text/plain', 'text'],
    [undefined, 'image'],
  ] as const;
  for (const [type, kind] of cases) {
    const error: unknown = await readInputs(bytesOf('{}'), type, none, kind).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'SERVE_TYPE', status: 415 });
    expect((error as { allowed: string }).allowed).toMatch(/json|image/u);
  }
});

it('refuses forms that are none, and texts beside an image that are too large', async () => {
  await expect(
    readInputs(bytesOf('--x'), 'multipart/form-data; boundary=y', none, 'image'),
  ).rejects.toMatchObject({ status: 400 });
  await expect(readInputs(bytesOf('x'), 'multipart/form-data', none, 'image')).rejects.toMatchObject({
    status: 400,
  });
  const [body, type] = await formBody([
    ['image', image('a.png')],
    ['text', 'a'.repeat(limits.textBytes + 1)],
  ]);
  await expect(readInputs(body, type, none, 'imageText')).rejects.toMatchObject({ status: 413 });
});
