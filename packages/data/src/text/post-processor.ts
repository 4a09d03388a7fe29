/**
 * The post-processors of tokenizer.json: the special tokens around one text or two, and the token types.
 *
 * Works on ids, unlike that of @huggingface/tokenizers, which also takes an empty second text for none and gives the
 * second text of RoBERTa type 1.
 */
import type { JsonObject, JsonValue } from '@mdpd/core';
import { invalid, isId, isObject, listOf, type JsonPlace } from './tokenizer-json.ts';

/** Ids of one text or two, with the special tokens around them. */
export interface BuiltText {
  readonly ids: readonly number[];
  /** Token types: which of two texts a token belongs to, for models that are told. */
  readonly typeIds: readonly number[];
}

/** Special tokens, or one of the texts (0 or 1). */
type TemplatePart =
  | { readonly ids: readonly number[]; readonly type: number }
  | { readonly text: 0 | 1; readonly type: number };
type Template = readonly TemplatePart[];

interface Templates {
  readonly single: Template;
  readonly pair: Template;
}

/** Puts special tokens around ids. */
export interface PostProcessor {
  build(first: readonly number[], second?: readonly number[]): BuiltText;
  /** How many special tokens are added. */
  specials(pair: boolean): number;
}

const bare: Templates = {
  single: [{ text: 0, type: 0 }],
  pair: [
    { text: 0, type: 0 },
    { text: 1, type: 1 },
  ],
};

function typeOf(value: JsonValue | undefined, place: JsonPlace): number {
  return isId(value) && value < 256
    ? value
    : invalid(`the token type ${JSON.stringify(value)} is none`, place);
}

function specialIds(config: JsonObject, name: JsonValue | undefined, place: JsonPlace): readonly number[] {
  const known = config['special_tokens'];
  const entry =
    isObject(known) && typeof name === 'string' && Object.hasOwn(known, name) ? known[name] : undefined;
  const ids = isObject(entry) ? entry['ids'] : undefined;
  if (!Array.isArray(ids) || !ids.every(isId))
    return invalid(`the post-processor has no ids of the special token ${JSON.stringify(name)}`, place);
  return ids;
}

function templateOf(config: JsonObject, key: 'single' | 'pair', place: JsonPlace): Template {
  return listOf(config[key], key, place).map((part): TemplatePart => {
    const special = isObject(part) ? part['SpecialToken'] : undefined;
    if (isObject(special))
      return { ids: specialIds(config, special['id'], place), type: typeOf(special['type_id'], place) };
    const sequence = isObject(part) ? part['Sequence'] : undefined;
    const id = isObject(sequence) ? sequence['id'] : undefined;
    if (!isObject(sequence) || (id !== 'A' && id !== 'B'))
      return invalid(`${key} of the post-processor has ${JSON.stringify(part)}`, place);
    return { text: id === 'A' ? 0 : 1, type: typeOf(sequence['type_id'], place) };
  });
}

/** `["[SEP]", 102]`. */
function tokenOf(config: JsonObject, key: string, place: JsonPlace): readonly number[] {
  const entry = config[key];
  const id = Array.isArray(entry) ? entry[1] : undefined;
  return isId(id) ? [id] : invalid(`the post-processor has no ${key}`, place);
}

/** BERT: [CLS] a [SEP] b [SEP]; RoBERTa: <s> a </s></s> b </s>, all of type 0. */
function enclosing(config: JsonObject, place: JsonPlace, second: number, double: boolean): Templates {
  const cls = { ids: tokenOf(config, 'cls', place), type: 0 };
  const sep = { ids: tokenOf(config, 'sep', place), type: 0 };
  const single: Template = [cls, { text: 0, type: 0 }, sep];
  const pair = [
    ...single,
    ...(double ? [sep] : []),
    { text: 1 as const, type: second },
    { ...sep, type: second },
  ];
  return { single, pair };
}

function templatesOf(config: JsonValue | undefined, place: JsonPlace): Templates {
  if (config === null || config === undefined) return bare;
  const type = isObject(config) ? config['type'] : undefined;
  if (!isObject(config)) return invalid('the post-processor is no object', place);
  if (type === 'ByteLevel') return bare;
  if (type === 'TemplateProcessing')
    return { single: templateOf(config, 'single', place), pair: templateOf(config, 'pair', place) };
  if (type === 'BertProcessing') return enclosing(config, place, 1, false);
  if (type === 'RobertaProcessing') return enclosing(config, place, 0, true);
  if (type === 'Sequence') return sequenceOf(config, place);
  return invalid(`the post-processor ${JSON.stringify(type)} is unknown`, place, [
    'TemplateProcessing',
    'BertProcessing',
    'RobertaProcessing',
    'ByteLevel',
    'Sequence',
  ]);
}

/** Of several, one may add tokens. */
function sequenceOf(config: JsonObject, place: JsonPlace): Templates {
  const parts = listOf(config['processors'], 'processors', place)
    .map((part) => templatesOf(part, place))
    .filter((part) => part !== bare);
  if (parts.length > 1) return invalid('several post-processors add special tokens', place);
  return parts[0] ?? bare;
}

function fill(template: Template, texts: readonly (readonly number[])[]): BuiltText {
  const ids: number[] = [];
  const typeIds: number[] = [];
  for (const part of template) {
    for (const id of 'ids' in part ? part.ids : texts[part.text]!) {
      ids.push(id);
      typeIds.push(part.type);
    }
  }
  return { ids, typeIds };
}

/** Throws TOKENIZER_INVALID where the `post_processor` of tokenizer.json is unknown or its template does not fit. */
export function createPostProcessor(config: JsonValue | undefined, place: JsonPlace): PostProcessor {
  const { single, pair } = templatesOf(config, place);
  const textsOf = (template: Template): string =>
    template.flatMap((part) => ('text' in part ? [part.text] : [])).join();
  if (textsOf(single) !== '0' || textsOf(pair) !== '0,1')
    invalid('a template of the post-processor does not hold every text once, in order', place);
  const count = (template: Template): number => fill(template, [[], []]).ids.length;
  const counts = [count(single), count(pair)] as const;
  return {
    build: (first, second) => (second ? fill(pair, [first, second]) : fill(single, [first])),
    specials: (isPair) => counts[isPair ? 1 : 0],
  };
}
