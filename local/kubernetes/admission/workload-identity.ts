import { createHash } from 'node:crypto'
import { StatusError, internalError } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import type { AdmissionContext } from './context.ts'
import { podSpec } from './pod-spec.ts'
import type { Container, PodSpec, Volume } from './pod-spec.ts'

const PREFIX = 'azure.workload.identity/'
const WEBHOOK = 'mutation.azure-workload-identity.io'
const SERVICE = 'azure-wi-webhook-webhook-service'
const WEBHOOK_URL = `https://${SERVICE}.azure-workload-identity-system.svc:443/mutate-v1-pod?timeout=10s`
const MOUNT_PATH = '/var/run/secrets/azure/wi'
const TOKEN_PATH = 'token/azure-identity-token'
const AUDIENCE = 'api://AzureADTokenExchange'
const VOLUME_PREFIX = 'azure-workload-identity-reserved-'
const LONGEST_VOLUME_NAME = 63
const SHORTEST_TOKEN_SECONDS = 3600
const LONGEST_TOKEN_SECONDS = 86_400

/**
 * The mutating webhook of azure-workload-identity v1.6.0: a new pod labelled `azure.workload.identity/use: "true"`
 * gets the projected token volume, its mount and four variables in every container that is not skipped.
 *
 * Beyond the real webhook one thing is refused: the proxy sidecar, which needs a privileged container and iptables.
 *
 * @returns The pod as it goes on.
 * @throws {StatusError} 500 while the webhook is down (failurePolicy Fail); 400 for a bad expiration.
 * @see https://github.com/Azure/azure-workload-identity/blob/v1.6.0/pkg/webhook/webhook.go
 */
export function admitWorkloadIdentity(context: AdmissionContext): KubeObject {
  if (!isSelected(context)) return context.object
  if (context.settings.webhookAvailable === false) throw unreachable()

  const pod = structuredClone(context.object)
  const account = findAccount(context, podSpec(pod))
  if (hasAnnotation(pod, 'inject-proxy-sidecar')) throw refuseProxy(pod)
  const seconds = tokenSeconds(pod, account)
  const volumeName = volumeNameOf(webhookName(pod))
  const variables = variablesOf(account, context)
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

/** `azure-workload-identity-reserved-` and as much of SHA-256 of the pod's name as a volume name may be long. */
export function volumeNameOf(podName: string): string {
  const hash = createHash('sha256').update(podName).digest('hex')
  return VOLUME_PREFIX + hash.slice(0, LONGEST_VOLUME_NAME - VOLUME_PREFIX.length)
}

/** The objectSelector and rules of the webhook's configuration: creation of labelled pods, nothing else. */
function isSelected({ operation, resource, object }: AdmissionContext): boolean {
  return (
    operation === 'CREATE' &&
    resource === 'pods' &&
    object.metadata.labels?.[`${PREFIX}use`] === 'true'
  )
}

function unreachable(): StatusError {
  const reason = `failed to call webhook: Post "${WEBHOOK_URL}": no endpoints available for service "${SERVICE}"`
  return internalError(`failed calling webhook "${WEBHOOK}": ${reason}`)
}

/** The webhook answers code and message only, so the Status has no reason. */
function deny(message: string): StatusError {
  return new StatusError(400, '', `admission webhook "${WEBHOOK}" denied the request: ${message}`)
}

function findAccount({ lookup, namespace = '' }: AdmissionContext, spec: PodSpec): KubeObject {
  const name = spec.serviceAccountName || 'default'
  const account = lookup('serviceaccounts', namespace, name)
  if (account === undefined) throw deny(`serviceaccounts "${name}" not found`)
  return account
}

/** Its presence counts, whatever its value, `"false"` included. */
function hasAnnotation(pod: KubeObject, name: string): boolean {
  return pod.metadata.annotations?.[PREFIX + name] !== undefined
}

function refuseProxy(pod: KubeObject): StatusError {
  // The real webhook refuses host networking with this sentence, and injects the sidecar otherwise.
  if (podSpec(pod).hostNetwork === true)
    return deny('hostNetwork is set to true, cannot inject proxy sidecar')
  return deny(
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
  throw deny(
    `token expiration ${seconds} not valid. Expected value to be between ${SHORTEST_TOKEN_SECONDS} and ${LONGEST_TOKEN_SECONDS}`,
  )
}

/** Go's `strconv.ParseInt(text, 10, 64)`, its errors included. */
function parseGoInteger(text: string): bigint {
  const failure = (reason: string) =>
    deny(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${reason}`)
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
function variablesOf(account: KubeObject, { settings }: AdmissionContext): [string, string][] {
  const annotations = account.metadata.annotations ?? {}
  const { tenantId, authorityHost } = settings.workloadIdentity
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
  // The webhook leaves defaultMode out; the API server adds it when it decodes the answer.
  return { name, projected: { sources: [{ serviceAccountToken }], defaultMode: 0o644 } }
}

function addVolume(spec: PodSpec, volume: Volume): void {
  const volumes = (spec.volumes ??= [])
  const index = volumes.findIndex(({ name }) => name === volume.name)
  if (index === -1) volumes.push(volume)
  else volumes[index] = volume
}
