import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { createEnvironment } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'

/** An environment with a folder of manifests of its own; `deployer` runs with both. */
export interface TestFolder extends TestEnvironment {
  readonly folder: string
  /** Replaces what the folder holds. */
  write(...objects: readonly object[]): Promise<void>
}

/** An environment whose namespace exists, and a folder of manifests to deploy there. */
export async function createFolder(
  cluster: TestCluster,
  ...objects: readonly object[]
): Promise<TestFolder> {
  const environment = await createEnvironment(cluster)
  const { namespace } = environment
  await cluster.client.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  })
  const folder = join(cluster.directory, namespace)
  await mkdir(folder)
  const write = (...all: readonly object[]) =>
    writeFile(join(folder, 'all.yaml'), all.map((one) => stringify(one)).join('---\n'))
  await write(...objects)
  const run = (command?: string, ...args: readonly string[]) =>
    environment.deployer(command ?? '', '--manifests', folder, ...args)
  return { ...environment, folder, write, deployer: run }
}

/** A ConfigMap as it stands in a manifest. */
export function configMap(name: string, data: object, metadata: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data }
}

/** Takes away what names the objects of a set, as a hasty hand does. */
export async function deleteInventory(
  { client }: TestCluster,
  { namespace }: TestEnvironment,
): Promise<void> {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const { items } = await client.list(maps)
  const inventory = items.find(({ metadata }) => metadata.name?.startsWith('inventory-'))
  await client.delete(`${maps}/${inventory?.metadata.name}`)
}
