import type { TestCluster } from './cluster.ts'

const RBAC = 'rbac.authorization.k8s.io'

/** A token of a service account `limited` that may do in its namespace what the rules say, and nothing else. */
export async function createAccount(
  { client }: TestCluster,
  namespace: string,
  rules: readonly object[],
): Promise<string> {
  const core = `/api/v1/namespaces/${namespace}/serviceaccounts`
  const rbac = `/apis/${RBAC}/v1/namespaces/${namespace}`
  const metadata = { name: 'limited' }
  await client.create(core, { apiVersion: 'v1', kind: 'ServiceAccount', metadata })
  await client.create(`${rbac}/roles`, { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules })
  await client.create(`${rbac}/rolebindings`, {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata,
    subjects: [{ kind: 'ServiceAccount', name: 'limited', namespace }],
    roleRef: { apiGroup: RBAC, kind: 'Role', name: 'limited' },
  })
  const request = await client.create(`${core}/limited/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata,
    spec: { audiences: [], expirationSeconds: 600 },
  })
  return (request['status'] as { readonly token: string }).token
}
