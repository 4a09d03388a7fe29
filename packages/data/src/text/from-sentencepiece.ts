/**
 * The tokenizer.json of a SentencePiece model, as the classes T5Tokenizer and XLMRobertaTokenizer of Hugging Face
 * `transformers` make it. Like them, without byte fallback.
 */
import type { JsonObject, JsonValue } from '@mdpd/core';
import { readSentencePieceModel, type SentencePieceModel } from './sentencepiece-model.ts';
import { robertaNames, specialNames, t5Names } from './special-tokens.ts';
import { invalid, specialEntry, type JsonPlace } from './tokenizer-json.ts';

export interface SentencePieceSource {
  readonly config: JsonObject;
  /** How ids follow from pieces. */
  readonly layout: 't5' | 'xlm-roberta';
  readonly place: JsonPlace;
}

type Scored = [piece: string, score: number];

interface Parts {
  readonly pieces: readonly Scored[];
  readonly unknownId: number;
  readonly addedTokens: readonly JsonObject[];
  readonly single: readonly string[];
  readonly pair: readonly string[];
}

const mostExtraIds = 10_000;

/** How many `<extra_id_…>` follow the pieces: what the configuration says or lists, else 100. */
function extraIds(config: JsonObject, place: JsonPlace): number {
  const { extra_ids: count, additional_special_tokens: listed } = config;
  if (count !== undefined) {
    const fits = typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= mostExtraIds;
    return fits ? count : invalid(`extra_ids is ${JSON.stringify(count)}`, place, [`0 to ${mostExtraIds}`]);
  }
  const isExtra = (token: JsonValue): boolean => JSON.stringify(token).includes('<extra_id_');
  return (Array.isArray(listed) && listed.filter(isExtra).length) || 100;
}

/** Pieces as they are, then `<extra_id_99>` down to `<extra_id_0>`; ` a </s> b </s>`. */
function t5(model: SentencePieceModel, config: JsonObject, place: JsonPlace): Parts {
  const names = specialNames(config, t5Names);
  const pieces = model.pieces.map(({ piece, score }): Scored => [piece, score]);
  const addedTokens = model.pieces.flatMap(({ piece, kind }, id): JsonObject[] => {
    const special = kind === 'control' || kind === 'unknown' || Object.values(names).includes(piece);
    return special || kind === 'user' ? [{ ...specialEntry(id, piece), special }] : [];
  });
  for (let index = extraIds(config, place) - 1; index >= 0; index--) {
    const token = `<extra_id_${index}>`;
    addedTokens.push(specialEntry(pieces.length, token));
    pieces.push([token, 0]);
  }
  const end = names.eos ?? '</s>';
  return { pieces, unknownId: model.unknownId, addedTokens, single: ['A', end], pair: ['A', end, 'B', end] };
}

/** `<s> <pad> </s> <unk>`, the pieces from the fourth on, `<mask>`. */
function xlmRoberta(model: SentencePieceModel, config: JsonObject): Parts {
  const names = specialNames(config, robertaNames);
  const [start = '<s>', end = '</s>'] = [names.cls, names.sep];
  const first = [start, names.pad ?? '<pad>', end, names.unk ?? '<unk>'];
  const mask = names.mask ?? '<mask>';
  const pieces: Scored[] = [
    ...first.map((piece): Scored => [piece, 0]),
    ...model.pieces.slice(3).map(({ piece, score }): Scored => [piece, score]),
    [mask, 0],
  ];
  const addedTokens = [
    ...first.map((token, id) => specialEntry(id, token)),
    specialEntry(pieces.length - 1, mask),
  ];
  return {
    pieces,
    unknownId: 3,
    addedTokens,
    single: [start, 'A', end],
    pair: [start, 'A', end, end, 'B', end],
  };
}

function postProcessor(parts: Parts, place: JsonPlace): JsonObject {
  const specials: [string, JsonObject][] = [];
  const part = (name: string): JsonObject => {
    if (name === 'A' || name === 'B') return { Sequence: { id: name, type_id: 0 } };
    const id = parts.pieces.findIndex(([piece]) => piece === name);
    if (id === -1) return invalid(`the model has no piece ${JSON.stringify(name)}`, place);
    specials.push([name, { id: name, ids: [id], tokens: [name] }]);
    return { SpecialToken: { id: name, type_id: 0 } };
  };
  const [single, pair] = [parts.single.map(part), parts.pair.map(part)];
  return { type: 'TemplateProcessing', single, pair, special_tokens: Object.fromEntries(specials) };
}

const classes = { t5: /^M?T5Tokenizer(Fast)?$/, 'xlm-roberta': /^XLMRobertaTokenizer(Fast)?$/ };

/** Throws TOKENIZER_INVALID where the model is not a Unigram, or of a class that lays out ids in another way. */
export function fromSentencePiece(bytes: Uint8Array, source: SentencePieceSource): JsonObject {
  const { config, layout, place } = source;
  const name = config['tokenizer_class'];
  if (name !== undefined && !(typeof name === 'string' && classes[layout].test(name)))
    invalid(`the tokenizer_class ${JSON.stringify(name)} is read from tokenizer.json only`, place);
  const model = readSentencePieceModel(bytes, place);
  if (model.type !== 1) invalid(`the SentencePiece model is of type ${model.type}`, place, ['1 (Unigram)']);
  const parts = layout === 't5' ? t5(model, config, place) : xlmRoberta(model, config);
  const map = Buffer.from(model.characterMap).toString('base64');
  const metaspace: JsonObject = {
    type: 'Metaspace',
    replacement: '\u2581',
    prepend_scheme: 'always',
    split: true,
  };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...parts.addedTokens],
    normalizer: map === '' ? null : { type: 'Precompiled', precompiled_charsmap: map },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
    post_processor: postProcessor(parts, place),
    decoder: metaspace,
    model: {
      type: 'Unigram',
      unk_id: parts.unknownId,
      vocab: parts.pieces.map((piece) => [...piece]),
      byte_fallback: false,
    },
  };
}
