/**
 * Builds `_rid` values of the service's own form: base64 of 4 bytes for a database, 8 for a container, 16 for an
 * item, each beginning with its parent's. They identify; unlike in the cloud, nothing can be addressed by them.
 */
export function databaseRid(ordinal: number): string {
  return encode(databaseBytes(ordinal))
}

export function containerRid(databaseOrdinal: number, ordinal: number): string {
  return encode(containerBytes(databaseOrdinal, ordinal))
}

export function itemRid(
  databaseOrdinal: number,
  containerOrdinal: number,
  ordinal: number,
): string {
  const own = Buffer.alloc(8)
  own.writeBigUInt64LE(BigInt(ordinal))
  return encode(Buffer.concat([containerBytes(databaseOrdinal, containerOrdinal), own]))
}

function databaseBytes(ordinal: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(0x4b45_0000 + ordinal)
  return bytes
}

function containerBytes(databaseOrdinal: number, ordinal: number): Buffer {
  const own = Buffer.alloc(4)
  own.writeUInt32BE(0x8000_0000 + ordinal)
  return Buffer.concat([databaseBytes(databaseOrdinal), own])
}

/** Base64 whose `/` is written `-`, so that it fits into a path. */
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('/', '-')
}
