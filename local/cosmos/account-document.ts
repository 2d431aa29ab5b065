/**
 * The account document (`GET /`), from which the SDK learns where to send everything else.
 *
 * @param origin What the client used, so that it comes back the same way: `https://HOST:PORT`.
 * @see https://learn.microsoft.com/rest/api/cosmos-db/get-database-account
 */
export function accountDocument(name: string, origin: string): object {
  const location = { name: 'Local', databaseAccountEndpoint: `${origin}/` }
  return {
    _self: '',
    id: name,
    _rid: `${name}.documents.azure.com`,
    media: '//media/',
    addresses: '//addresses/',
    _dbs: '//dbs/',
    writableLocations: [location],
    readableLocations: [location],
    enableMultipleWriteLocations: false,
    continuousBackupEnabled: false,
    enableNRegionSynchronousCommit: false,
    enablePerPartitionFailoverBehavior: false,
    userReplicationPolicy: { asyncReplication: false, minReplicaSetSize: 3, maxReplicasetSize: 4 },
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    systemReplicationPolicy: { minReplicaSetSize: 3, maxReplicasetSize: 4 },
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
    queryEngineConfiguration: '{"enableSpatialIndexing":false}',
  }
}
