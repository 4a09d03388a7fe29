// @ts-check
/**
 * `node tools/scripts/build-scene-vocabulary.js`: makes the tokenizer of zoo:tiny-vilt and zoo:tiny-clip of what is said
 * and asked about scenes. Needs a build.
 */
import { captionsOf } from '@mdpd/zoo/scenes/captions';
import { QuestionChooser } from '@mdpd/zoo/scenes/choose-questions';
import { expressionsOf } from '@mdpd/zoo/scenes/expressions';
import { sceneImages } from '@mdpd/zoo/scenes/scene-image';
import { countWords, trainWordPieces } from '@mdpd/zoo/word-pieces';
import { writeTokenizer } from './write-tokenizer.js';

const size = 256;
const scenes = 4000;

/** @type {string[]} */
const texts = [];
const chooser = new QuestionChooser();
for (const { scene, random } of sceneImages('pretraining', scenes)) {
  for (const { caption, foil } of captionsOf(random.fork('captions'), scene, 5)) texts.push(caption, foil);
  for (const { text, answer } of chooser.choose(random.fork('questions'), scene)) texts.push(text, answer);
  for (const object of scene.objects) texts.push(...expressionsOf(random, scene, object, 'refcoco', 3));
}
const vocabulary = trainWordPieces(countWords(texts), { size });
for (const model of ['tiny-vilt', 'tiny-clip']) await writeTokenizer(model, vocabulary);
