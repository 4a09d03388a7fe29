/**
 * A disk that is full after so many bytes, for one process: `node --import ./full-disk-shim.mjs …` with
 * `MDPD_DISK_FOLDER`, the folder that lies on it, and `MDPD_DISK_BYTES`, what it takes. A write that does not fit is torn:
 * its beginning is written. `MDPD_DISK_REPORT` names a file to which the number of bytes written is added at the end.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

const folder = path.resolve(process.env['MDPD_DISK_FOLDER'] ?? '.');
const limit = Number(process.env['MDPD_DISK_BYTES'] ?? Infinity);
const report = process.env['MDPD_DISK_REPORT'];
const real = {
  open: fs.openSync,
  close: fs.closeSync,
  write: fs.writeSync,
  writeFile: fs.writeFileSync,
  mkdir: fs.mkdirSync,
};
const handles = new Set();
let written = 0;

const inside = (file) =>
  typeof file === 'string' && !path.relative(folder, path.resolve(file)).startsWith('..');
const full = (call) =>
  Object.assign(new Error(`ENOSPC: no space left on device, ${call}`), {
    code: 'ENOSPC',
    errno: -28,
    syscall: call,
  });

/** How many of `wanted` bytes fit. */
function take(wanted) {
  const fits = Math.max(0, Math.min(wanted, limit - written));
  written += fits;
  return fits;
}

fs.openSync = (file, ...rest) => {
  if (inside(file) && written >= limit && !/^r$/.test(rest[0] ?? 'r')) throw full('open');
  const handle = real.open(file, ...rest);
  if (inside(file)) handles.add(handle);
  return handle;
};
fs.closeSync = (handle) => {
  handles.delete(handle);
  real.close(handle);
};
fs.writeSync = (handle, data, ...rest) => {
  if (!handles.has(handle)) return real.write(handle, data, ...rest);
  const bytes =
    typeof data === 'string'
      ? Buffer.from(data)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const [offset = 0] = rest;
  const part = bytes.subarray(offset);
  const fits = take(part.length);
  if (fits > 0) real.write(handle, part.subarray(0, fits));
  if (fits < part.length) throw full('write');
  return part.length;
};
fs.writeFileSync = (file, data, ...rest) => {
  if (!handles.has(file) && !inside(file)) return real.writeFile(file, data, ...rest);
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  const fits = take(bytes.length);
  if (fits < bytes.length) {
    real.writeFile(file, bytes.subarray(0, fits), ...rest);
    throw full('write');
  }
  real.writeFile(file, bytes, ...rest);
};
fs.mkdirSync = (file, ...rest) => {
  if (inside(file) && written >= limit && !fs.existsSync(file)) throw full('mkdir');
  return real.mkdir(file, ...rest);
};
syncBuiltinESMExports();
if (report) process.on('exit', () => real.writeFile(report, String(written)));
