// @ts-check
/**
 * `node tools/oracles/tfjs-node/build.js [folder]`: builds the native addon of @tensorflow/tfjs-node from its own
 * sources against the TensorFlow library in PyPI's wheel, for machines that cannot reach storage.googleapis.com.
 * README.md beside this file says more.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const repository = path.resolve(here, '../../..');
const folder = path.resolve(process.argv[2] ?? path.join(tmpdir(), 'mdpd-tfjs-node'));

const packages = ['@tensorflow/tfjs-node@4.22.0', 'node-api-headers@1.9.0'];
/** Newest that tfjs-node 4.22 declares; newer versions of Node have it too. */
const NAPI_VERSION = 8;
const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

const packageFolder = path.join(folder, 'node_modules/@tensorflow/tfjs-node');
const dependencies = path.join(packageFolder, 'deps');
const addon = path.join(packageFolder, `lib/napi-v${NAPI_VERSION}/tfjs_binding.node`);

/** Prints what takes how long, and ends the program with one line where a step cannot be done. */
function step(/** @type {string} */ name, /** @type {() => string} */ work) {
  const start = performance.now();
  process.stdout.write(`${name} … `);
  try {
    const result = work();
    console.log(`${((performance.now() - start) / 1000).toFixed(1)} s${result === '' ? '' : `, ${result}`}`);
  } catch (error) {
    const { message, stderr } = /** @type {Error & { stderr?: Buffer }} */ (error);
    console.log('failed');
    console.error(`${name}: ${message}${stderr ? `\n${stderr.toString()}` : ''}`);
    process.exit(1);
  }
}

/** Runs a program quietly; what it wrote is shown when it fails. */
function run(/** @type {string} */ program, /** @type {string[]} */ args, options = {}) {
  return execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options }).toString();
}

const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function checkMachine() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`the wheel is for linux x64, not ${process.platform} ${process.arch}`);
  mkdirSync(folder, { recursive: true });
  if (!path.relative(repository, realpathSync(folder)).startsWith('..'))
    throw new Error(`${folder} is inside the repository; choose a folder outside of it`);
  run('g++', ['--version']);
  run('python3', ['-m', 'pip', '--version']);
  return folder;
}

function installPackage() {
  const manifest = path.join(folder, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...packages], {
    cwd: folder,
  });
  return megabytes(sizeOf(path.join(folder, 'node_modules')));
}

function downloadWheel() {
  const wheels = path.join(folder, 'wheel');
  rmSync(wheels, { recursive: true, force: true });
  const only = ['--no-deps', '--only-binary=:all:', '--implementation=cp', '--python-version=310'];
  const platform = ['--platform=manylinux2014_x86_64', '--platform=manylinux_2_17_x86_64'];
  const what = ['--require-hashes', '-r', path.join(here, 'requirements.txt'), '-d', wheels];
  run('python3', ['-m', 'pip', 'download', '--abi=cp310', ...only, ...platform, ...what]);
  return megabytes(statSync(path.join(wheels, wheelName())).size);
}

function wheelName() {
  const [name, ...more] = readdirSync(path.join(folder, 'wheel')).filter((file) => file.endsWith('.whl'));
  if (name === undefined || more.length > 0)
    throw new Error(`expected one wheel in ${path.join(folder, 'wheel')}`);
  return name;
}

/** Takes the libraries and the headers out of the wheel, to where binding.gyp looks for them. */
function unpack() {
  rmSync(dependencies, { recursive: true, force: true });
  const program = [
    'import pathlib, shutil, sys, zipfile',
    'target = pathlib.Path(sys.argv[2])',
    'headers = ("tensorflow/include/tensorflow/", "tensorflow/include/tsl/")',
    'with zipfile.ZipFile(sys.argv[1]) as wheel:',
    '    for entry in wheel.infolist():',
    '        name = entry.filename',
    '        if name.startswith(headers) and ".." not in name:',
    '            file = target / name[len("tensorflow/"):]',
    '        elif name in sys.argv[3:]:',
    '            file = target / "lib" / pathlib.PurePosixPath(name).name',
    '        else:',
    '            continue',
    '        if entry.is_dir():',
    '            continue',
    '        file.parent.mkdir(parents=True, exist_ok=True)',
    '        with wheel.open(entry) as source, open(file, "wb") as copy:',
    '            shutil.copyfileobj(source, copy)',
  ].join('\n');
  const wheel = path.join(folder, 'wheel', wheelName());
  const wanted = libraries.map((name) => `tensorflow/${name}`);
  run('python3', ['-c', program, wheel, dependencies, ...wanted]);
  rmSync(path.join(folder, 'wheel'), { recursive: true });
  return megabytes(sizeOf(dependencies));
}

/** The addon calls nothing that the libraries do not export. */
function checkSymbols() {
  const exported = new Set();
  for (const name of libraries) {
    const symbols = run('nm', ['-D', '--defined-only', path.join(dependencies, 'lib', name)], {
      maxBuffer: 2 ** 30,
    });
    for (const line of symbols.split('\n')) exported.add(line.split(' ')[2]?.replace(/@.*/u, ''));
  }
  const called = run('nm', ['-D', '--undefined-only', addon]).match(/\bTFE?_\w+/gu) ?? [];
  const missing = called.filter((name) => !exported.has(name));
  if (called.length === 0 || missing.length > 0)
    throw new Error(`not exported: ${missing.join(', ') || 'nothing is called'}`);
  return `${called.length} functions of the C API, all exported`;
}

/** What binding.gyp says, in one command: two source files, plain C and the C API of TensorFlow. */
function compile() {
  mkdirSync(path.dirname(addon), { recursive: true });
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => `binding/${name}`);
  const headers = ['deps/include', '../../node-api-headers/include'].map((name) => `-I${name}`);
  const flags = ['-std=c++17', '-O2', '-fPIC', '-shared', '-fvisibility=hidden'];
  const linked = libraries.map((name) => `-l:${name}`);
  run(
    'g++',
    [...flags, `-DNAPI_VERSION=${NAPI_VERSION}`, ...headers, ...sources, '-o', addon].concat(
      ['-Ldeps/lib', ...linked],
      ['-Wl,-rpath,$ORIGIN/../../deps/lib'],
    ),
    { cwd: packageFolder },
  );
  return megabytes(statSync(addon).size);
}

function prove() {
  return run(process.execPath, [path.join(here, 'check.cjs'), folder], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  }).trim();
}

function sizeOf(/** @type {string} */ directory) {
  let bytes = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += statSync(path.join(entry.parentPath, entry.name)).size;
  return bytes;
}

step('folder', checkMachine);
step('npm: tfjs-node, without its install script', installPackage);
step('PyPI: wheel of TensorFlow', downloadWheel);
step('libraries and headers out of the wheel', unpack);
step('compile', compile);
step('symbols', checkSymbols);
step('load and compute', prove);
console.log(`\nexport MDPD_TFJS_NODE=${folder}`);
