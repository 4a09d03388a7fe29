/** What the Hugging Face Hub reads of a model card: the YAML at its head. */
import type { HeadKind } from '@mdpd/core';
import { isHubReference, parseHubReference } from '@mdpd/data/hub/hub-reference';
import type { Result } from '@mdpd/report/result';
import { Document, isScalar, parse, Scalar, visit } from 'yaml';
import type { CardLicense } from './card-license.ts';

/** What the metadata are made of. */
export interface MetadataFacts {
  readonly result: Pick<Result, 'recipe' | 'task' | 'backbone' | 'method' | 'metrics'>;
  /** Hugging Face class. */
  readonly architecture: string;
  readonly kind: HeadKind;
  /** `data` of the recipe. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Where test examples came from: `mnist:test`. */
  readonly testOrigin: string;
  /** Of the starting model, where its card says so. */
  readonly license?: CardLicense;
}

/** Classes of `transformers` whose pipeline takes what the model is asked. */
const pipelines: readonly (readonly [RegExp, string])[] = [
  [/^\w+ForImageClassification$/, 'image-classification'],
  [/^\w+ForSequenceClassification$/, 'text-classification'],
  [/^(?!Vilt)\w+ForMaskedLM$/, 'fill-mask'],
  [/ForConditionalGeneration$/, 'text2text-generation'],
  [/^ViltForQuestionAnswering$/, 'visual-question-answering'],
];

/** The Hub's name of what a class does; undefined where it has none. */
export function pipelineOf(architecture: string): string | undefined {
  return pipelines.find(([pattern]) => pattern.test(architecture))?.[1];
}

/** Whether `transformers` has a class with this head: not for boxes, nor for what CLIP answers to pairs. */
export function hasClass({ architecture, kind }: Pick<MetadataFacts, 'architecture' | 'kind'>): boolean {
  return /For[A-Z]\w+$/.test(architecture) || (architecture === 'CLIPModel' && kind === 'embeddings');
}

/** The metadata, as an object. */
export function cardMetadata(facts: MetadataFacts): Record<string, unknown> {
  const { result, architecture, license } = facts;
  const pipeline = pipelineOf(architecture);
  const metrics = Object.entries(result.metrics.faded ?? {});
  const sets = hubSets(facts.data);
  const base = isHubReference(result.backbone) ? parseHubReference(result.backbone).repository : undefined;
  return {
    ...(hasClass(facts) && { library_name: 'transformers' }),
    ...(pipeline !== undefined && { pipeline_tag: pipeline }),
    ...license?.metadata,
    ...(base !== undefined && { base_model: base, base_model_relation: 'finetune' }),
    ...(sets.length > 0 && { datasets: [...new Set(sets.map(({ repository }) => repository))] }),
    tags: ['mdpd', 'memory-efficient'],
    metrics: metrics.map(([name]) => name),
    'model-index': [
      {
        name: `${result.recipe}-${result.method}`,
        results: [
          {
            task: { type: pipeline ?? result.task },
            dataset: { ...datasetOf(facts, sets), split: 'test' },
            metrics: metrics.map(([type, value]) => ({ type, value, name: type })),
          },
        ],
      },
    ],
  };
}

interface HubSet {
  readonly repository: string;
  readonly revision?: string;
}

/** Data sets of the Hub that the recipe names. */
function hubSets(data: MetadataFacts['data']): HubSet[] {
  return Object.values(data).flatMap((value) =>
    typeof value === 'string' && isHubReference(value) ? [parseHubReference(value)] : [],
  );
}

/** The Hub's name of the data set, and its commit, where it is one of the Hub alone; else the recipe's. */
function datasetOf({ result, testOrigin }: MetadataFacts, sets: readonly HubSet[]): object {
  const [only] = new Set(sets.map(({ repository }) => repository)).size === 1 ? sets : [];
  if (!only) return { type: result.recipe, name: testOrigin };
  const { repository, revision } = only;
  return { type: repository, name: testOrigin, ...(revision !== undefined && { revision }) };
}

/**
 * Metadata between their lines. Whatever the texts in it are, readers of YAML 1.1 (Python) and 1.2 (the Hub) read the
 * same, and no text begins a line.
 */
export function frontMatter(metadata: object): string {
  const document = new Document(metadata, { customTags: (tags) => [exponents, ...tags] });
  visit(document, {
    Scalar: (_key, node) => {
      if (isScalar(node) && typeof node.value === 'string')
        node.type = isPlain(node.value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
  return `---\n${text}---\n`;
}

/** A word that every reader takes for a text. */
function isPlain(text: string): boolean {
  return /^[a-z][\w./-]*$/i.test(text) && parse(text) === text && parse(text, { version: '1.1' }) === text;
}

/** YAML 1.1 wants a point and a sign in numbers with exponents: 1.0e-7. */
const exponents = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value: unknown): boolean => typeof value === 'number' && String(value).includes('e'),
  test: /^[-+]?\d+\.\d+e[-+]\d+$/,
  resolve: (text: string): number => Number(text),
  stringify: ({ value }: Scalar): string =>
    String(value)
      .replace(/^(-?\d+)e/, '$1.0e')
      .replace(/e(?=\d)/, 'e+'),
} as const;

/** The metadata of a card, as text without their lines; undefined where it has none. */
export function metadataText(card: string): string | undefined {
  return /^---\n([^]*?\n)---\n/.exec(card)?.[1];
}
