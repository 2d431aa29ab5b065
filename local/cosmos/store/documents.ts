import type { Database } from './catalog.ts'
import type { Container } from './container.ts'

/** https://learn.microsoft.com/rest/api/cosmos-db/get-a-database */
export function databaseDocument({ id, rid, self, createdSeconds }: Database): object {
  return {
    id,
    _rid: rid,
    _self: self,
    _etag: '"00000000-0000-0000-0000-000000000000"',
    _colls: 'colls/',
    _users: 'users/',
    _ts: createdSeconds,
  }
}

/** https://learn.microsoft.com/rest/api/cosmos-db/get-a-collection */
export function containerDocument(container: Container): object {
  return {
    id: container.id,
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: [{ path: '/*' }],
      excludedPaths: [{ path: '/"_etag"/?' }],
    },
    partitionKey: { paths: [container.partitionKeyPath], kind: 'Hash', version: 2 },
    conflictResolutionPolicy: {
      mode: 'LastWriterWins',
      conflictResolutionPath: '/_ts',
      conflictResolutionProcedure: '',
    },
    geospatialConfig: { type: 'Geography' },
    _rid: container.rid,
    _ts: container.createdSeconds,
    _self: container.self,
    _etag: '"00000000-0000-0000-0000-000000000000"',
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  }
}

/** The one physical partition every container here has; it covers all partition key hashes. */
export function rangesDocument(container: Container): object {
  const range = {
    _rid: `${container.rid.slice(0, -1)}AgAAAAAAAFA=`,
    id: '0',
    _etag: '"00000000-0000-0000-0000-000000000000"',
    minInclusive: '',
    maxExclusive: 'FF',
    ridPrefix: 0,
    _self: `${container.self}pkranges/0/`,
    throughputFraction: 1,
    status: 'online',
    parents: [],
    _ts: container.createdSeconds,
    lsn: 1,
  }
  return { _rid: container.rid, PartitionKeyRanges: [range], _count: 1 }
}
