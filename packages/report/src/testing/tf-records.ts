/** Another reader of TFRecord files, with a checksum of its own: bit by bit, as the polynomial is defined. */

/** The records of a file, whole; throws where anything is not as it must be. */
export function parseRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    const end = at + 12 + length;
    check(file.subarray(at, at + 8), file.readUInt32LE(at + 8));
    check(file.subarray(at + 12, end), file.readUInt32LE(end));
    records.push(file.subarray(at + 12, end));
    at = end + 4;
  }
  return records;
}

function check(bytes: Buffer, expected: number): void {
  let crc = 2n ** 32n - 1n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 2n ** 32n - 1n;
  const masked = (((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & (2n ** 32n - 1n);
  if (Number(masked) !== expected) throw new Error(`checksum ${expected} instead of ${masked}`);
}
