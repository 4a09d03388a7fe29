// @ts-check
/* eslint-disable @typescript-eslint/no-require-imports -- what is preloaded in threads of every kind is CommonJS */
/**
 * Preloaded (`node --require …/forbid-network.cjs`) it makes every network call of the process fail, in worker threads
 * and in child processes of Node too, and writes it to the file MDPD_NETWORK_LOG: so that one whose failure is caught is
 * noticed all the same. Sockets of the file system (pipes to other processes of the machine) are no network.
 */
const { appendFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const self = __filename;
const log = process.env['MDPD_NETWORK_LOG'];

/** @param {string} call @param {unknown} target @returns {never} */
function forbid(call, target) {
  const what = `${call} ${describe(target)}`;
  if (log !== undefined) appendFileSync(log, `${what}\n`);
  throw new Error(`NETWORK_FORBIDDEN: ${what}`);
}

/** @param {unknown} target @returns {string} */
function describe(target) {
  if (typeof target === 'string' || typeof target === 'number') return String(target);
  if (target instanceof URL) return target.href;
  const { host, hostname, port, url } = /** @type {Record<string, unknown>} */ (target ?? {});
  return String(url ?? `${String(host ?? hostname ?? '')}:${String(port ?? '')}`);
}

/** @param {Record<string, unknown>} module @param {string} prefix @param {readonly string[]} names */
function close(module, prefix, names) {
  for (const name of names) {
    if (typeof module[name] !== 'function') continue;
    module[name] = (/** @type {unknown} */ target) => forbid(`${prefix}.${name}`, target);
  }
}

const net = require('node:net');
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (/** @type {unknown[]} */ ...args) {
  // Node passes on what it has read from the arguments as an array: [options, callback].
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  const isPath =
    (typeof first === 'object' && first !== null && typeof first.path === 'string') ||
    (typeof first === 'string' && !/^\d+$/.test(first));
  if (!isPath) forbid('connect', first);
  return connect.apply(this, args);
};

const dgram = require('node:dgram');
close(dgram.Socket.prototype, 'dgram', ['send', 'connect']);

const dns = require('node:dns');
const resolvers = Object.keys(dns).filter((name) => /^(lookup|resolve|reverse)/.test(name));
close(dns, 'dns', resolvers);
close(dns.promises, 'dns.promises', resolvers);
close(dns.Resolver.prototype, 'dns.Resolver', resolvers);
close(dns.promises.Resolver.prototype, 'dns.promises.Resolver', resolvers);

close(require('node:http'), 'http', ['request', 'get']);
close(require('node:https'), 'https', ['request', 'get']);
close(require('node:http2'), 'http2', ['connect']);
close(require('node:tls'), 'tls', ['connect']);
for (const name of ['fetch', 'WebSocket', 'EventSource']) {
  if (!(name in globalThis)) continue;
  const forbidden = function (/** @type {unknown} */ target) {
    forbid(name, target);
  };
  Object.defineProperty(globalThis, name, { value: forbidden, writable: true, configurable: true });
}

const threads = require('node:worker_threads');
/** A thread may be started without the options of its parent: it gets this module all the same. */
threads.Worker = class extends threads.Worker {
  /** @param {string | URL} file @param {{ execArgv?: string[] }} [options] */
  constructor(file, options = {}) {
    const own = options.execArgv ?? process.execArgv;
    super(file, { ...options, execArgv: own.includes(self) ? own : ['--require', self, ...own] });
  }
};

syncBuiltinESMExports();
