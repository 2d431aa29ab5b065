import { createHash } from 'node:crypto'
import type { Container, PodSpec, Volume } from '../kubernetes/admission/pod-spec.ts'
import { podSpec } from '../kubernetes/admission/pod-spec.ts'
import type { KubeObject } from '../kubernetes/object.ts'

/** Names of the webhook's own in labels and annotations. */
export const PREFIX = 'azure.workload.identity/'

const MOUNT_PATH = '/var/run/secrets/azure/wi'
const TOKEN_PATH = 'token/azure-identity-token'
const AUDIENCE = 'api://AzureADTokenExchange'
const VOLUME_PREFIX = 'azure-workload-identity-reserved-'
const LONGEST_VOLUME_NAME = 63
const SHORTEST_TOKEN_SECONDS = 3600
const LONGEST_TOKEN_SECONDS = 86_400

/** What the webhook is set up with. */
export interface WebhookSettings {
  readonly tenantId: string
  /** Ends in '/'. */
  readonly authorityHost: string
}

/** The pod is refused, with code 400 and this sentence. */
export class Denial extends Error {
  override readonly name = 'Denial'
}

/**
 * What the webhook of azure-workload-identity v1.6.0 does to a pod that is sent to it: the projected token volume, and
 * its mount and four variables in every container that is not skipped.
 *
 * Beyond the real webhook one thing is refused: the proxy sidecar, which needs a privileged container and iptables.
 * Custom token endpoints need flags that a webhook has not by default; without them their annotation means nothing.
 *
 * @param account The service account that `accountNameOf` the pod names.
 * @returns A new pod.
 * @throws {Denial} for a bad expiration or a wish for the proxy sidecar.
 * @see https://github.com/Azure/azure-workload-identity/blob/v1.6.0/pkg/webhook/webhook.go
 */
export function injectWorkloadIdentity(
  given: KubeObject,
  account: KubeObject,
  settings: WebhookSettings,
): KubeObject {
  const pod = structuredClone(given)
  if (hasAnnotation(pod, 'inject-proxy-sidecar')) throw refuseProxy(pod)
  const seconds = tokenSeconds(pod, account)
  const volumeName = volumeNameOf(webhookName(pod))
  const variables = variablesOf(account, settings)
  const skipped = skippedContainers(pod)

  const spec = podSpec(pod)
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (skipped.has(container.name)) continue
    addVariables(container, variables)
    addMount(container, volumeName)
  }
  addVolume(spec, tokenVolume(volumeName, seconds))
  return pod
}

/** The service account whose annotations count. */
export function accountNameOf(pod: KubeObject): string {
  return podSpec(pod).serviceAccountName || 'default'
}

/** `azure-workload-identity-reserved-` and as much of SHA-256 of the pod's name as a volume name may be long. */
export function volumeNameOf(podName: string): string {
  const hash = createHash('sha256').update(podName).digest('hex')
  return VOLUME_PREFIX + hash.slice(0, LONGEST_VOLUME_NAME - VOLUME_PREFIX.length)
}

/** Its presence counts, whatever its value, `"false"` included. */
function hasAnnotation(pod: KubeObject, name: string): boolean {
  return pod.metadata.annotations?.[PREFIX + name] !== undefined
}

function refuseProxy(pod: KubeObject): Denial {
  // The real webhook refuses host networking with this sentence, and injects the sidecar otherwise.
  if (podSpec(pod).hostNetwork === true)
    return new Denial('hostNetwork is set to true, cannot inject proxy sidecar')
  return new Denial(
    `annotation ${PREFIX}inject-proxy-sidecar asks for the proxy sidecar, which this local platform does not have ` +
      '(its presence counts, whatever its value): remove it and use an SDK with workload identity',
  )
}

/** The pod's annotation, then the account's, then an hour. */
function tokenSeconds(pod: KubeObject, account: KubeObject): number {
  const key = `${PREFIX}service-account-token-expiration`
  const text = pod.metadata.annotations?.[key] || account.metadata.annotations?.[key]
  const seconds = text ? parseGoInteger(text) : SHORTEST_TOKEN_SECONDS
  if (seconds >= SHORTEST_TOKEN_SECONDS && seconds <= LONGEST_TOKEN_SECONDS) return Number(seconds)
  throw new Denial(
    `token expiration ${seconds} not valid. Expected value to be between ${SHORTEST_TOKEN_SECONDS} and ${LONGEST_TOKEN_SECONDS}`,
  )
}

/** Go's `strconv.ParseInt(text, 10, 64)`, its errors included. */
function parseGoInteger(text: string): bigint {
  const failure = (reason: string) =>
    new Denial(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${reason}`)
  if (!/^[+-]?\d+$/.test(text)) throw failure('invalid syntax')
  const value = BigInt(text.replace(/^\+/, ''))
  if (BigInt.asIntN(64, value) !== value) throw failure('value out of range')
  return value
}

/** What the webhook hashes; it runs before the API server makes a name from generateName. */
function webhookName({ metadata }: KubeObject): string {
  return metadata.name || `${metadata.generateName ?? ''} (prefix)`
}

/** In the order they are appended; an empty value is not injected, and a present but empty annotation wins. */
function variablesOf(
  account: KubeObject,
  { tenantId, authorityHost }: WebhookSettings,
): [string, string][] {
  const annotations = account.metadata.annotations ?? {}
  const variables: [string, string][] = [
    ['AZURE_CLIENT_ID', annotations[`${PREFIX}client-id`] ?? ''],
    ['AZURE_TENANT_ID', annotations[`${PREFIX}tenant-id`] ?? tenantId],
    ['AZURE_FEDERATED_TOKEN_FILE', `${MOUNT_PATH}/${TOKEN_PATH}`],
    ['AZURE_AUTHORITY_HOST', authorityHost],
  ]
  return variables.filter(([, value]) => value !== '')
}

function skippedContainers(pod: KubeObject): Set<string> {
  const text = pod.metadata.annotations?.[`${PREFIX}skip-containers`]
  return new Set(text ? text.split(';').map((name) => name.trim()) : [])
}

/** An entry of the container's own `env` stays; what comes by `envFrom` is not looked at, and `env` beats it. */
function addVariables(container: Container, variables: readonly [string, string][]): void {
  const present = new Set(container.env?.map(({ name }) => name))
  const missing = variables.filter(([name]) => !present.has(name))
  if (missing.length > 0)
    (container.env ??= []).push(...missing.map(([name, value]) => ({ name, value })))
}

function addMount(container: Container, name: string): void {
  const mounts = (container.volumeMounts ??= [])
  const mount = { name, readOnly: true, mountPath: MOUNT_PATH }
  const index = mounts.findIndex((existing) => existing.name === name)
  if (index === -1) mounts.push(mount)
  else mounts[index] = mount
}

function tokenVolume(name: string, expirationSeconds: number): Volume {
  const serviceAccountToken = { audience: AUDIENCE, expirationSeconds, path: TOKEN_PATH }
  return { name, projected: { sources: [{ serviceAccountToken }] } }
}

function addVolume(spec: PodSpec, volume: Volume): void {
  const volumes = (spec.volumes ??= [])
  const index = volumes.findIndex(({ name }) => name === volume.name)
  if (index === -1) volumes.push(volume)
  else volumes[index] = volume
}
