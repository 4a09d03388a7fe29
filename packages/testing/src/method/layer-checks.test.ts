import * as tf from '@tensorflow/tfjs-core';
import type { LayerNumbers } from '@mdpd/core';
import { describeFindings } from '../findings.ts';
import { layerChecks } from './layer-checks.ts';
import { changed } from './variants.ts';

const saying = (numbers: LayerNumbers) => changed(() => ({ layers: () => Promise.resolve(numbers) }));
const check = 'says of its layers';

let asked = 0;

describeFindings('checks of layers', layerChecks, {
  'a stream that is not there': {
    check,
    says: 'says gate of nowhere, which is no stream of the backbone',
    subject: saying({ layers: { gate: { nowhere: [1] } } }),
  },
  'too few layers': {
    check,
    says: 'says gate of 1 layers instead of 2 blocks or 3 taps',
    subject: saying({ layers: { gate: { main: [1] } } }),
  },
  'a value that JSON does not hold': {
    check,
    says: 'says gate = NaN of main',
    subject: saying({ layers: { gate: { main: [null, NaN] } } }),
  },
  'a boundary behind the last block': {
    check,
    says: 'has a boundary after block 3 of 2',
    subject: saying({ layers: {}, boundary: { main: 3 } }),
  },
  'numbers that change by themselves': {
    check,
    says: 'says other numbers of the same layers',
    subject: changed(() => ({
      layers: () => Promise.resolve({ layers: { gate: { main: [asked++, null] } } }),
    })),
  },
  'tensors that are left behind': {
    check,
    says: 'leaves 2 tensors behind when it is asked for its layers',
    subject: changed(() => ({
      layers: () => {
        tf.keep(tf.scalar(1));
        return Promise.resolve({ layers: {} });
      },
    })),
  },
});
