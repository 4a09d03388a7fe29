/** BERT, RoBERTa and DistilBERT. */
import type { HeadKind } from '@mdpd/core';
import { readBertConfig, readRobertaConfig } from './bert-config.ts';
import { canonicalNames } from './canonical-name.ts';
import { readDistilbertConfig } from './distilbert-config.ts';
import type { Family, TextHead } from './family.ts';
import { maskedLmHead } from './masked-lm-head.ts';
import { sequenceHead, type SequenceHeadPlan } from './sequence-head.ts';
import { bertNames, distilbertNames } from './tensor-names.ts';
import type { TextConfig } from './text-config.ts';

type HeadMaker = (config: TextConfig, kind: HeadKind, outputs: number) => TextHead | undefined;

const heads =
  (plan: SequenceHeadPlan, maskedLm: (config: TextConfig) => TextHead | undefined): HeadMaker =>
  (config, kind, outputs) => {
    if (kind === 'maskedLm') return maskedLm(config);
    const isSequence = kind === 'classification' || kind === 'regression';
    return isSequence ? sequenceHead(plan, config, kind, outputs) : undefined;
  };

const bertTensors = bertNames('bert.');
export const bert: Family = {
  name: 'bert',
  description: 'BERT, also MiniLM (Hugging Face BertModel, BertForSequenceClassification, BertForMaskedLM)',
  names: bertTensors,
  readConfig: readBertConfig,
  // The pooler reads the first token as heads do, and models that lack it can have a fresh one: it is the head's.
  head: heads(
    {
      architecture: 'BertForSequenceClassification',
      hidden: 'bert.pooler.dense',
      pretrained: true,
      activation: 'tanh',
      output: 'classifier',
    },
    (config) =>
      maskedLmHead(
        {
          architecture: 'BertForMaskedLM',
          transform: 'cls.predictions.transform.dense',
          activation: config.activation,
          norm: 'cls.predictions.transform.LayerNorm',
          bias: 'cls.predictions.bias',
          words: bertTensors.words,
        },
        config,
      ),
  ),
  canonicalName: canonicalNames({
    prefix: 'bert.',
    roots: ['embeddings', 'encoder', 'pooler'],
    ignored: /^cls\.(predictions\.decoder|seq_relationship)\./,
  }),
};

const robertaTensors = bertNames('roberta.');
export const roberta: Family = {
  name: 'roberta',
  description: 'RoBERTa (Hugging Face RobertaModel, RobertaForSequenceClassification, RobertaForMaskedLM)',
  names: robertaTensors,
  readConfig: readRobertaConfig,
  head: heads(
    {
      architecture: 'RobertaForSequenceClassification',
      hidden: 'classifier.dense',
      pretrained: false,
      activation: 'tanh',
      output: 'classifier.out_proj',
    },
    (config) =>
      maskedLmHead(
        {
          architecture: 'RobertaForMaskedLM',
          transform: 'lm_head.dense',
          activation: 'gelu',
          norm: 'lm_head.layer_norm',
          bias: 'lm_head.bias',
          words: robertaTensors.words,
        },
        config,
      ),
  ),
  canonicalName: canonicalNames({
    prefix: 'roberta.',
    roots: ['embeddings', 'encoder'],
    ignored: /^pooler\.|^lm_head\.decoder\./,
  }),
};

const distilbertTensors = distilbertNames('distilbert.');
export const distilbert: Family = {
  name: 'distilbert',
  description:
    'DistilBERT (Hugging Face DistilBertModel, DistilBertForSequenceClassification, DistilBertForMaskedLM)',
  names: distilbertTensors,
  readConfig: readDistilbertConfig,
  head: heads(
    {
      architecture: 'DistilBertForSequenceClassification',
      hidden: 'pre_classifier',
      pretrained: false,
      activation: 'relu',
      output: 'classifier',
    },
    (config) =>
      maskedLmHead(
        {
          architecture: 'DistilBertForMaskedLM',
          transform: 'vocab_transform',
          activation: config.activation,
          norm: 'vocab_layer_norm',
          bias: 'vocab_projector.bias',
          words: distilbertTensors.words,
        },
        config,
      ),
  ),
  canonicalName: canonicalNames({
    prefix: 'distilbert.',
    roots: ['embeddings', 'transformer'],
    ignored: /^vocab_projector\.weight$/,
  }),
};
