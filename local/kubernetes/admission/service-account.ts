import { randomInt } from 'node:crypto'
import { at } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { refuseEarly } from './context.ts'
import type { AdmissionContext } from './context.ts'
import { podSpec } from './pod-spec.ts'
import type { Container, PodSpec, Volume } from './pod-spec.ts'

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const VOLUME_PREFIX = 'kube-api-access-'
const TOKEN_SECONDS = 3607

/**
 * Gives a new pod its service account: the name (`default` if none), the account's pull secrets, and the volume
 * `kube-api-access-xxxxx` with token, root certificate and namespace, unless pod or account say no to it.
 *
 * @returns The pod as it goes on.
 * @throws {StatusError} 403 `error looking up service account ns/name: serviceaccount "name" not found`.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/plugin/pkg/admission/serviceaccount/admission.go
 */
export function admitServiceAccount(context: AdmissionContext): KubeObject {
  if (context.resource !== 'pods' || context.operation !== 'CREATE') return context.object
  const pod = structuredClone(context.object)
  const spec = podSpec(pod)
  const name = spec.serviceAccountName || spec.serviceAccount || 'default'
  // The deprecated alias is kept equal to the name, as conversion does in kube-apiserver.
  spec.serviceAccountName = name
  spec.serviceAccount = name

  const account = requireAccount(context, name)
  if (shouldAutomount(spec, account)) mountToken(spec)
  const pullSecrets = account['imagePullSecrets'] as PodSpec['imagePullSecrets']
  if (!spec.imagePullSecrets?.length && pullSecrets?.length)
    spec.imagePullSecrets = structuredClone(pullSecrets)
  return pod
}

function requireAccount(context: AdmissionContext, name: string): KubeObject {
  const namespace = context.namespace ?? ''
  const account = context.lookup('serviceaccounts', namespace, name)
  if (account !== undefined) return account
  throw refuseEarly(
    context,
    `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
  )
}

/** The pod's own word wins, then the account's. */
function shouldAutomount(spec: PodSpec, account: KubeObject): boolean {
  return spec.automountServiceAccountToken ?? at(account, 'automountServiceAccountToken') !== false
}

function mountToken(spec: PodSpec): void {
  const existing = spec.volumes?.find(({ name }) => name.startsWith(VOLUME_PREFIX))
  const name = existing?.name ?? VOLUME_PREFIX + randomSuffix()
  const containers = [...(spec.initContainers ?? []), ...spec.containers].filter(lacksMount)
  for (const container of containers)
    (container.volumeMounts ??= []).push({ name, readOnly: true, mountPath: MOUNT_PATH })
  if (existing === undefined && containers.length > 0) (spec.volumes ??= []).push(tokenVolume(name))
}

/** A mount of the container's own at that path stays. */
function lacksMount(container: Container): boolean {
  return !container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH)
}

function tokenVolume(name: string): Volume {
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' }
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
      ],
      defaultMode: 0o644,
    },
  }
}

/** Five letters without vowels and look-alikes, as Kubernetes ends its generated names. */
function randomSuffix(): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789'
  return Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')
}
