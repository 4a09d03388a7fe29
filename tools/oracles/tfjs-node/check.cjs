// @ts-check
/** `node tools/oracles/tfjs-node/check.cjs <folder>`: loads the tfjs-node of a folder and lets it compute. */
const { createRequire } = require('node:module');
const path = require('node:path');
const util = require('node:util');

// Removed in Node 23; tfjs-node 4.22 still calls them.
Object.assign(util, {
  isNullOrUndefined: (/** @type {unknown} */ value) => value === null || value === undefined,
  isArray: Array.isArray,
});

const folder = path.resolve(process.argv[2] ?? process.env['MDPD_TFJS_NODE'] ?? '.');
const tf = createRequire(path.join(folder, 'package.json'))('@tensorflow/tfjs-node');

function expect(/** @type {boolean} */ holds, /** @type {string} */ what) {
  if (!holds) throw new Error(`wrong: ${what}`);
}

/** Largest difference of a product from the one that plain JavaScript computes. */
function productError(/** @type {number} */ m, /** @type {number} */ k, /** @type {number} */ n) {
  const a = Float32Array.from({ length: m * k }, (_, i) => Math.sin(i));
  const b = Float32Array.from({ length: k * n }, (_, i) => Math.cos(i));
  const product = tf.tidy(() => tf.matMul(tf.tensor2d(a, [m, k]), tf.tensor2d(b, [k, n])).dataSync());
  let largest = 0;
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += a[row * k + i] * b[i * n + column];
      largest = Math.max(largest, Math.abs(sum - product[row * n + column]));
    }
  }
  return largest;
}

/** Billions of floating-point operations a second of a large product; median of 9. */
function speed(/** @type {number} */ size) {
  const a = tf.randomNormal([size, size]);
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    // With braces: tidy looks for tensors in what it gets back, number by number.
    tf.tidy(() => {
      tf.matMul(a, a).dataSync();
    });
    return performance.now() - start;
  }).sort((left, right) => left - right);
  a.dispose();
  return (2 * size ** 3) / times[4] / 1e6;
}

expect(tf.getBackend() === 'tensorflow', `the backend is ${tf.getBackend()}`);
const before = tf.memory().numTensors;
const error = productError(65, 130, 33);
expect(error < 1e-4, `a product is off by ${error}`);
const slope = tf.tidy(
  () =>
    tf
      .grad((/** @type {any} */ x) => tf.sum(tf.tanh(x)))(tf.scalar(0))
      .dataSync()[0],
);
expect(Math.abs(slope - 1) < 1e-6, `the gradient of tanh at 0 is ${slope}`);
const gflops = speed(1024);
expect(tf.memory().numTensors === before, 'tensors are left');
console.log(
  `tfjs-node ${tf.version['tfjs-node']} on Node ${process.version}: product off by ${error.toExponential(1)}, ` +
    `MatMul of 1024 × 1024 at ${gflops.toFixed(0)} GFLOP/s, ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB resident`,
);
