import * as tf from '@tensorflow/tfjs-core';
import { MdpdError, type HostTensor } from '@mdpd/core';
import { describeFindings } from '../findings.ts';
import { tinyProvider } from '../fixtures/tiny-backbone.ts';
import { persistenceChecks } from './persistence-checks.ts';
import { good, provided } from './variants.ts';

/** First values that are changed, in the order of the parameters. */
const drawing = (change: (name: string, tensor: HostTensor) => HostTensor) =>
  provided({
    initialize: (backbone, random) =>
      Object.fromEntries(
        Object.entries(tinyProvider.initialize(backbone, random)).map(([name, tensor]) => [
          name,
          change(name, tensor as HostTensor),
        ]),
      ),
  });

describeFindings('checks of what is read and written', persistenceChecks, {
  'first values that do not depend on the seed': {
    check: 'draws first values',
    says: 'draws the same values from another seed',
    subject: provided({
      initialize: (backbone, random) =>
        tinyProvider.initialize(backbone, { ...random, fork: () => ({ ...random, normal: () => 0.5 }) }),
    }),
  },
  'first values for nothing': {
    check: 'draws first values',
    says: 'draws extra, which is not among the parameters',
    subject: provided({
      initialize: (backbone, random) => ({
        ...tinyProvider.initialize(backbone, random),
        extra: { data: new Float32Array(1), shape: [1], dtype: 'float32' },
      }),
    }),
  },
  'names that change': {
    check: 'keeps its own names',
    says: 'its own name tiny.main.embeddings.projection.weight becomes model.tiny.main.embeddings.projection.weight',
    subject: provided({ canonicalName: (name) => `model.${name}` }),
  },
  'a saved configuration that makes another model': {
    check: 'saves a configuration',
    says: 'has other parameters after being saved',
    subject: provided({
      savedConfig: (...args) => ({ ...tinyProvider.savedConfig(...args), blocks: 1 }),
    }),
  },
  'a saved configuration without labels': {
    check: 'saves a configuration',
    says: 'saves the labels ',
    subject: provided({
      savedConfig: (...args) => {
        const { id2label: _without, ...config } = tinyProvider.savedConfig(...args);
        return config;
      },
    }),
  },
  'a model type that it does not read': {
    check: 'saves a configuration',
    says: 'saves model_type "small", which it does not read',
    subject: provided({
      savedConfig: (...args) => ({ ...tinyProvider.savedConfig(...args), model_type: 'small' }),
    }),
  },
  'a saved model that computes something else': {
    check: 'the same logits after being saved',
    says: 'gives other logits after being saved and read',
    subject: provided({
      // An option that shapes nothing, and is lost.
      create: (config) => {
        const backbone = tinyProvider.create(config);
        if (!('id2label' in config)) return backbone;
        return { ...backbone, pool: (params, finished) => tf.mul(backbone.pool(params, finished), 2) };
      },
    }),
  },
  'a configuration that should be refused': {
    check: 'refuses broken',
    says: 'accepts {"blocks":2}',
    subject: { ...good, broken: [{ config: { blocks: 2 }, text: '' }] },
  },
  'another text than promised': {
    check: 'refuses broken',
    says: 'says of {"width":0}',
    subject: { ...good, broken: [{ config: { width: 0 }, text: 'error BACKBONE_CONFIG' }] },
  },
  'first values that are new at every call': {
    check: 'draws first values',
    says: 'draws other values from the same seed',
    subject: drawing((name, tensor) =>
      name.endsWith('.bias') ? { ...tensor, data: tensor.data.map(() => Math.random()) } : tensor,
    ),
  },
  'first values of another shape': {
    check: 'draws first values',
    says: 'draws tiny.main.embeddings.projection.weight as [1]',
    subject: drawing((_name, tensor) => ({ ...tensor, shape: [1] })),
  },
  'too few first values': {
    check: 'draws first values',
    says: 'draws 1 values for tiny.main.embeddings.projection.weight',
    subject: drawing((_name, tensor) => ({ ...tensor, data: tensor.data.slice(0, 1) })),
  },
  'first values that are no numbers': {
    check: 'draws first values',
    says: 'draws values for tiny.main.embeddings.projection.weight that are not finite',
    subject: drawing((_name, tensor) => ({ ...tensor, data: tensor.data.map(() => NaN) })),
  },
  'a parameter that is not drawn': {
    check: 'draws first values',
    says: 'does not draw tiny.main.embeddings.projection.weight',
    subject: provided({
      initialize: (backbone, random) => {
        const { 'tiny.main.embeddings.projection.weight': _lost, ...rest } = tinyProvider.initialize(
          backbone,
          random,
        );
        return rest;
      },
    }),
  },
  'a saved configuration that is no JSON': {
    check: 'saves a configuration',
    says: 'saves a configuration that JSON does not hold',
    subject: provided({
      savedConfig: (...args) => ({
        ...tinyProvider.savedConfig(...args),
        eps: NaN,
      }),
    }),
  },
  'a saved configuration of another class': {
    check: 'saves a configuration',
    says: 'saves architectures ["Other"] instead of',
    subject: provided({
      savedConfig: (...args) => ({ ...tinyProvider.savedConfig(...args), architectures: ['Other'] }),
    }),
  },
  'no configuration that is refused': {
    check: 'refuses broken',
    says: 'give at least one configuration that must be refused',
    subject: { ...good, broken: [] },
  },
  'first values that are whole numbers': {
    check: 'draws first values',
    says: 'draws tiny.main.embeddings.projection.weight as int32',
    subject: drawing((_name, tensor) => ({ ...tensor, dtype: 'int32' }) as HostTensor),
  },
  'a saved configuration whose model has another head': {
    check: 'saves a configuration',
    says: 'has another head after being saved',
    subject: provided({
      create: (config) => {
        const backbone = tinyProvider.create(config);
        const isSaved = 'architectures' in config;
        return isSaved
          ? { ...backbone, head: (kind, outputs) => backbone.head(kind, outputs + 1) }
          : backbone;
      },
    }),
  },
  'a parameter of its own that it does not know again': {
    check: 'gives the same logits',
    says: 'does not find classifier.bias in a model of its own',
    subject: provided({ canonicalName: (name) => (name === 'classifier.bias' ? null : name) }),
  },
  'a configuration that is refused with a code of its own': {
    check: 'refuses broken',
    says: 'refuses {"width":0} with another code',
    subject: {
      ...provided({
        create: () => {
          throw new MdpdError('TINY_WIDTH', 'width is 0');
        },
      }),
      broken: [{ config: { width: 0 }, text: 'error TINY_WIDTH\n  width is 0' }],
    },
  },
});
