// @ts-check
/**
 * Makes a folder to measure memory with: images of many sizes and formats with boxes and questions, a ViLT that keeps
 * their shape, and a recipe of 1,000 steps for each task that decodes every image anew:
 *
 *   node tools/scripts/varied-images.js runs/varied
 *   npx mdpd train runs/varied/boxes.yaml --out runs/varied/boxes && node tools/scripts/memory-slope.js runs/varied/boxes 150
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node tools/scripts/varied-images.js <new folder>');
  process.exit(2);
}

const count = 300;
const [least, most] = [24, 1200];
const formats = /** @type {const} */ (['jpg', 'png', 'webp']);
const colours = ['red', 'green', 'blue', 'orange'];

/** Of numbers that are spread evenly, always the same. @param {number} index @param {number} step */
const spread = (index, step) => (0.5 + index * step) % 1;
/** @param {number} share */
const sideOf = (share) => Math.round(least * (most / least) ** share);

/** @param {number} index */
async function image(index) {
  const [width, height] = [sideOf(spread(index, 0.618)), sideOf(spread(index, 0.414))];
  const colour = /** @type {string} */ (colours[index % colours.length]);
  const box = [spread(index, 0.3) * 0.5, spread(index, 0.7) * 0.5, 0.3, 0.4].map((share, at) =>
    Math.max(1, Math.floor(share * (at % 2 ? height : width))),
  );
  const [x, y, wide, high] = box;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#ddd"/><rect x="${x}" y="${y}" width="${wide}" height="${high}" fill="${colour}"/></svg>`;
  const name = `${index}.${formats[index % formats.length]}`;
  const drawn = sharp(Buffer.from(svg)).flatten();
  await (index % 7 === 0 ? drawn.greyscale() : drawn).toFile(path.join(folder, name));
  return { name, colour, box };
}

mkdirSync(folder);
const images = [];
for (let index = 0; index < count; index++) images.push(await image(index));
const boxes = images.map(({ name, colour, box }) =>
  JSON.stringify({ image: name, expression: `the ${colour} square`, bbox: box }),
);
writeFileSync(path.join(folder, 'boxes.jsonl'), boxes.join('\n'));
const questions = images.map(({ name, colour }) => `${name},What color is the square?,${colour}`);
writeFileSync(path.join(folder, 'questions.csv'), ['image,question,answer', ...questions].join('\n'));

const model = path.join(folder, 'model');
cpSync(fileURLToPath(new URL('../../packages/zoo/models/tiny-vilt', import.meta.url)), model, {
  recursive: true,
});
const processor = path.join(model, 'preprocessor_config.json');
/** @type {object} */
const stretching = JSON.parse(readFileSync(processor, 'utf8'));
const fitted = { image_processor_type: 'ViltImageProcessor', size: { shortest_edge: 40 }, size_divisor: 8 };
writeFileSync(processor, JSON.stringify({ ...stretching, ...fitted, do_pad: true }));

/** @param {string} task @param {string} data */
const recipe = (task, data) => `task: ${task}
data: { root: ${folder}, ${data}, cacheMegabytes: 0 }
backbone: ${folder}/model
method: mdpd
train:
  steps: 1000
  batchSize: 8
  learningRate: { head: 0.001, norm: 0.001, lora: 0.001, side: 0.001 }
  evaluateBatchSize: 32
`;
writeFileSync(
  path.join(folder, 'boxes.yaml'),
  recipe('refcoco', 'train: boxes.jsonl, test: boxes.jsonl, box: xywh'),
);
writeFileSync(
  path.join(folder, 'questions.yaml'),
  recipe('vqa', 'format: table, train: questions.csv, test: questions.csv'),
);
