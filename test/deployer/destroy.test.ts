// What goes with a set and what stays: without its inventory, without rights, beside what is of others.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from './account.ts'
import { startCluster, writeKubeconfig } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder, deleteInventory } from './manifest-folder.ts'
import type { TestFolder } from './manifest-folder.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

test('a set whose inventory was deleted is found by its label, whatever kinds it has', async () => {
  const folder = await createFolder(cluster, role('lost'), configMap('lost', {}))
  await folder.deployer('deploy')
  await deleteInventory(cluster, folder)
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('✓ Destroyed: 2 deleted; nothing else is left')
  await expect(cluster.client.get(`${rolesOf(folder.namespace)}/lost`)).rejects.toThrow('not found')
})

test('a deploy without the inventory says so, and finds what it named of whatever kind', async () => {
  const folder = await createFolder(cluster, role('lost'), configMap('kept', {}))
  await folder.deployer('deploy')
  await deleteInventory(cluster, folder)
  await folder.write(configMap('kept', {}))
  const planned = await folder.deployer('plan')
  expect(planned.stderr).toContain('! The inventory of this set is gone, although objects carry')
  expect(planned.stdout).toMatch(/Role\/\S+\/lost +prune: no longer in the manifests/)
  const { stderr } = await folder.deployer('deploy')
  expect(stderr).toContain('! The inventory of this set is gone')
  expect(stderr).toContain('1 pruned, 1 unchanged')
  await expect(cluster.client.get(`${rolesOf(folder.namespace)}/lost`)).rejects.toThrow('not found')
  expect((await folder.deployer('deploy')).stderr).not.toContain('inventory')
})

test('who may do everything in one namespace can destroy what is deployed there', async () => {
  const folder = await createFolder(cluster, configMap('mine', {}))
  await folder.deployer('deploy')
  const kubeconfig = join(cluster.directory, `inside-${folder.namespace}`)
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]
  const token = await createAccount(cluster, folder.namespace, rules)
  await writeKubeconfig(kubeconfig, cluster.access, { token })
  await folder.set({ 'cluster.kubeconfig': kubeconfig })
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('✓ Destroyed: 1 deleted')
  const again = await folder.deployer('destroy')
  expect(again).toMatchObject({ code: 0 })
  expect(again.stderr).toMatch(
    /! There is no inventory, and \S+, \S+, \S+, … \(\d+ in all\) cannot be listed/,
  )
})

test('what a finalizer holds is told to be left, and what went after it to be deleted', async () => {
  const held = configMap('held', {}, { finalizers: ['example.com/hold'] })
  const folder = await createFolder(cluster, role('free'), held)
  await folder.deployer('deploy')
  const { code, stderr } = await folder.deployer('destroy', '--timeout', '1')
  expect({ code, stderr }).toMatchObject({ code: 1 })
  const { namespace } = folder
  expect(stderr).toMatch(new RegExp(`Role/${namespace}/free +deleted`))
  expect(stderr).toContain(`✗ ConfigMap/${namespace}/held: still there after 1 s`)
  const path = `/api/v1/namespaces/${namespace}/configmaps/held`
  await cluster.client.patch(path, 'application/merge-patch+json', { metadata: { finalizers: [] } })
  expect((await folder.deployer('destroy')).code).toBe(0)
})

test('a namespace of ours stays as long as it holds anything of others, of whatever kind', async () => {
  const folder = await createOwnNamespace()
  await cluster.client.create(rolesOf(folder.own), role('theirs'))
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const stays = `it holds 1 of others: Role/${folder.own}/theirs; it belongs to nobody now, so that another set can adopt it; it still enforces pod security "restricted"`
  const why = new RegExp(
    `${stays} \\(to end that: kubectl \\S+ \\S+ --context test label namespace ${folder.own} pod-security.kubernetes.io/enforce-\\)\\n`,
  )
  expect(stderr).toContain(`skipped: ${stays}`)
  expect(stderr).toContain(`✓ Destroyed: 1 deleted; Namespace/${folder.own} stays: ${stays}`)
  expect(stderr).toMatch(why)
  await cluster.client.delete(`${rolesOf(folder.own)}/theirs`)
})

test('a namespace stays for what an object of the whole cluster owns, and goes with what ours own', async () => {
  const folder = await createOwnNamespace()
  const owner = { ...role('owner'), kind: 'ClusterRole' }
  const roles = `/apis/${RBAC}/clusterroles`
  const name = `owner-of-${folder.own}`
  const made = await cluster.client.create(roles, { ...owner, metadata: { name } })
  const maps = `/api/v1/namespaces/${folder.own}/configmaps`
  const inside = await cluster.client.get(`${maps}/inside`)
  const ownedBy = (kind: string, apiVersion: string, { metadata }: typeof made) => ({
    ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid }],
  })
  await cluster.client.create(maps, configMap('ours', {}, ownedBy('ConfigMap', 'v1', inside)))
  await cluster.client.create(maps, configMap('theirs', {}, ownedBy('ClusterRole', RBAC, made)))
  const { stderr } = await folder.deployer('destroy')
  expect(stderr).toContain(`stays: it holds 1 of others: ConfigMap/${folder.own}/theirs;`)
  await cluster.client.get(`${maps}/theirs`)
  await cluster.client.delete(`${roles}/${name}`)
})

test('a namespace that stays is given up, so that another set can adopt it', async () => {
  const folder = await createOwnNamespace()
  await cluster.client.create(rolesOf(folder.own), role('theirs'))
  await folder.deployer('destroy')
  const { metadata } = await cluster.client.get(`/api/v1/namespaces/${folder.own}`)
  expect(metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  expect(Object.keys(metadata.labels ?? {})).not.toContain('applyset.kubernetes.io/part-of')
  expect(Object.keys(metadata.labels ?? {})).not.toContain('app.kubernetes.io/managed-by')
  const other = await createFolder(cluster, namespaceOf(folder.own), configMap('next', {}))
  await other.set({ namespace: folder.own })
  const refused = await other.deployer('deploy')
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stderr).toContain('look at what would change with plan --adopt')
  expect((await other.deployer('deploy', '--adopt')).stderr).toContain('1 created, 1 adopted')
  await cluster.client.delete(`${rolesOf(folder.own)}/theirs`)
  expect((await other.deployer('destroy')).stderr).toContain('2 deleted; nothing else is left')
})

test('a namespace that was adopted goes back to its owner as it was, and is told so', async () => {
  const folder = await createFolder(cluster)
  const path = `/api/v1/namespaces/${folder.namespace}`
  const owners = { 'example.com/team': 'theirs', 'pod-security.kubernetes.io/warn': 'baseline' }
  await cluster.client.patch(path, 'application/merge-patch+json', { metadata: { labels: owners } })
  await cluster.client.create(rolesOf(folder.namespace), role('theirs'))
  const levels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  }
  const namespace = namespaceOf(folder.namespace)
  const ours = { ...namespace, metadata: { ...namespace.metadata, labels: levels } }
  await folder.write(ours, configMap('inside', {}))
  const adopted = await folder.deployer('deploy', '--adopt', '--force-conflicts')
  expect(adopted.stderr).toContain('1 created, 1 adopted')
  // what a later deploy adds goes as well
  const later = { ...levels, 'example.com/later': 'ours' }
  const changed = { ...ours, metadata: { ...ours.metadata, labels: later } }
  await folder.write(changed, configMap('inside', {}))
  expect((await folder.deployer('deploy')).stderr).toContain('1 configured, 1 unchanged')
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain(
    '; as before it was adopted: removed example.com/later, pod-security.kubernetes.io/enforce; put back pod-security.kubernetes.io/warn=baseline\n',
  )
  const { metadata } = await cluster.client.get(path)
  expect(metadata.labels).toEqual({ ...owners, 'kubernetes.io/metadata.name': folder.namespace })
})

test('what was given up is adopted as it stands: its pod security is not taken away by the next set', async () => {
  const first = await createOwnNamespace()
  await cluster.client.create(rolesOf(first.own), role('theirs'))
  await first.deployer('destroy')
  const next = await createFolder(cluster, namespaceOf(first.own))
  await next.set({ namespace: first.own })
  expect((await next.deployer('deploy', '--adopt')).stderr).toContain('1 adopted')
  expect((await next.deployer('destroy')).stderr).toContain('it belongs to nobody now')
  const { metadata } = await cluster.client.get(`/api/v1/namespaces/${first.own}`)
  expect(metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
})

test.for(['kube-system', 'kube-public', 'kube-node-lease', 'default'])(
  'namespace %s belongs to the cluster: no plan makes it ours',
  async (name) => {
    const folder = await createFolder(cluster, namespaceOf(name), configMap('inside', {}))
    for (const command of [['plan', '--adopt'], ['deploy', '--adopt'], ['deploy']]) {
      const { code, stderr, stdout } = await folder.deployer(...(command as [string]))
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain(`Namespace/${name}: belongs to the cluster itself`)
      expect(stderr).toContain('hint  deploy to a namespace of your own')
      expect(stderr).not.toContain('next:')
    }
    await folder.write(configMap('inside', {}))
    await folder.set({ namespace: name })
    expect(await folder.deployer('deploy')).toMatchObject({ code: 0 })
    expect(await folder.deployer('destroy')).toMatchObject({ code: 0 })
  },
)

test('a namespace that is no longer in the manifests is still ours, and goes with the rest', async () => {
  const folder = await createOwnNamespace()
  await folder.write(configMap('inside', {}))
  for (const _ of ['once', 'again']) {
    const { code, stderr } = await folder.deployer('deploy')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toContain('skip: a namespace is deleted by destroy only')
  }
  const { stderr } = await folder.deployer('destroy')
  expect(stderr).toMatch(new RegExp(`Namespace/${folder.own} +deleted`))
})

test('what a controller made of an object of ours, with its labels, is not pruned', async () => {
  const folder = await createFolder(cluster, configMap('owner', {}))
  await folder.deployer('deploy')
  const maps = `/api/v1/namespaces/${folder.namespace}/configmaps`
  const { metadata } = await cluster.client.get(`${maps}/owner`)
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid }
  const ownerReferences = [{ ...owner, controller: true }]
  const made = configMap('made', {}, { labels: metadata.labels, ownerReferences })
  await cluster.client.create(maps, made)
  expect((await folder.deployer('deploy')).stderr).toContain('✓ Applied: 1 unchanged')
})

test('a copy by hand that carries our label is neither pruned nor destroyed, with the inventory or without', async () => {
  const folder = await createFolder(cluster, configMap('original', { a: '1' }), role('original'))
  await folder.deployer('deploy')
  const maps = `/api/v1/namespaces/${folder.namespace}/configmaps`
  const { metadata, ...rest } = await cluster.client.get(`${maps}/original`)
  const { labels } = metadata
  await cluster.client.create(maps, { ...rest, metadata: { name: 'copy', labels } })
  const why = "carries this set's label, but is not in its inventory: copied by hand? It stays"
  const planned = await folder.deployer('plan', '--exit-code')
  expect(planned, planned.stderr).toMatchObject({ code: 0 })
  expect(planned.stdout).toMatch(/\/copy +skip: carries this set's label, but is not in/)
  for (const _ of ['once', 'again']) {
    expect((await folder.deployer('deploy')).stderr).toContain('✓ Applied: 2 unchanged')
  }
  await deleteInventory(cluster, folder)
  await folder.write(role('original'))
  const found = await folder.deployer('plan')
  expect(found.stdout).toMatch(/\/original +prune: no longer in the manifests/)
  expect(found.stdout).toMatch(/\/copy +skip: carries this set's label/)
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain(
    `✓ Destroyed: 2 deleted; ConfigMap/${folder.namespace}/copy stays: ${why}`,
  )
  expect(await cluster.client.get(`${maps}/copy`)).toMatchObject({ data: { a: '1' } })
})

test('a namespace of ours stays for a copy by hand that carries our label', async () => {
  const folder = await createOwnNamespace()
  const maps = `/api/v1/namespaces/${folder.own}/configmaps`
  const { metadata } = await cluster.client.get(`${maps}/inside`)
  await cluster.client.create(maps, configMap('copy', {}, { labels: metadata.labels }))
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain(
    `skipped: it holds 1 of others: ConfigMap/${folder.own}/copy; it belongs`,
  )
  await cluster.client.delete(`${maps}/copy`)
})

/** A set that brings its own namespace. */
async function createOwnNamespace(): Promise<TestFolder & { readonly own: string }> {
  const folder = await createFolder(cluster)
  const own = `${folder.namespace}-own`
  await folder.set({ namespace: own })
  await folder.write(namespaceOf(own), configMap('inside', {}))
  expect(await folder.deployer('deploy')).toMatchObject({ code: 0 })
  return { ...folder, own }
}

function namespaceOf(name: string) {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

function rolesOf(namespace: string): string {
  return `/apis/${RBAC}/namespaces/${namespace}/roles`
}

function role(name: string) {
  return { apiVersion: RBAC, kind: 'Role', metadata: { name }, rules: [] }
}
