// A proxy that the environment names, as HTTPS_PROXY does for kubectl.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deployer, startCluster, writeKubeconfig } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'
import type { TestFolder } from './manifest-folder.ts'

let cluster: TestCluster
let folder: TestFolder
const tunnels: string[] = []
/** Leads every tunnel to the API server, whatever name was asked for. */
const proxy = createServer().on('connect', ({ url = '' }, socket) => {
  tunnels.push(url)
  const onward = connect(Number(new URL(cluster.access.url).port), '127.0.0.1')
  onward.on('error', () => socket.destroy())
  socket.on('error', () => onward.destroy())
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
  socket.pipe(onward).pipe(socket)
})

beforeAll(async () => {
  cluster = await startCluster()
  folder = await createFolder(cluster, configMap('one', { a: '1' }))
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  proxy.close()
  await cluster.close()
})

test('an API server elsewhere is reached over the proxy, unless NO_PROXY names it', async () => {
  const server = 'https://cluster.invalid:6443'
  const kubeconfig = join(cluster.directory, 'elsewhere')
  const change = { server, cluster: { 'tls-server-name': 'localhost' } }
  await writeKubeconfig(kubeconfig, cluster.access, change)
  await folder.set({ 'cluster.kubeconfig': kubeconfig, 'cluster.server': server })
  expect(await plan({})).toMatchObject({ code: 0 })
  expect(new Set(tunnels)).toEqual(new Set(['cluster.invalid:6443']))
  const direct = await plan({ NO_PROXY: '.invalid' })
  expect(direct).toMatchObject({ code: 1 })
  expect(direct.stderr).toContain('the host name is not known')
})

test('an API server on this machine is reached without it', async () => {
  await folder.set({ 'cluster.kubeconfig': cluster.kubeconfig, 'cluster.server': undefined })
  tunnels.length = 0
  expect(await plan({})).toMatchObject({ code: 0 })
  expect(tunnels).toEqual([])
})

function plan(env: Readonly<Record<string, string>>) {
  const { port } = proxy.address() as AddressInfo
  const args = ['plan', '--env', folder.file, '--manifests', folder.folder]
  return deployer(args, { env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, ...env } })
}
