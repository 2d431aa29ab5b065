import { textAt } from '../object.ts'
import { expand } from './expand.ts'
import { FieldError, podField, resourceField } from './fields.ts'
import type { NodeFacts } from './fields.ts'
import type { Container, EnvFromSource, EnvVar, KeyRef, Pod } from './pod.ts'

/** Config maps and secrets of the pod's namespace by name; `undefined` means the API server has none. */
export interface EnvironmentSources {
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, string>> | undefined>
  /** Values are decoded. */
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, string>> | undefined>
}

/** The environment cannot be made: CreateContainerConfigError with this message, which is the kubelet's. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/** The names a container's environment asks for, so that the caller can fetch them first. */
export function referencedNames(container: Container): {
  readonly configMaps: ReadonlySet<string>
  readonly secrets: ReadonlySet<string>
} {
  const configMaps = new Set<string>()
  const secrets = new Set<string>()
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef !== undefined) configMaps.add(configMapRef.name)
    if (secretRef !== undefined) secrets.add(secretRef.name)
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef !== undefined) configMaps.add(valueFrom.configMapKeyRef.name)
    if (valueFrom?.secretKeyRef !== undefined) secrets.add(valueFrom.secretKeyRef.name)
  }
  return { configMaps, secrets }
}

/**
 * The variables of one container: `envFrom` in order, then `env` in order (which wins), then `services` where nothing
 * else has the name. A literal may use `$(NAME)` of what stands before it and of `services`.
 *
 * @throws {EnvironmentError} naming the config map, secret, key or field that is missing and not optional.
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function containerEnvironment(
  pod: Pod,
  container: Container,
  given: {
    readonly sources: EnvironmentSources
    readonly node: NodeFacts
    readonly services: Readonly<Record<string, string>>
  },
): Record<string, string> {
  const result = new Map<string, string>()
  for (const source of container.envFrom ?? []) {
    for (const [name, value] of prefixed(source, given.sources)) result.set(name, value)
  }
  for (const variable of container.env ?? []) {
    const value = variable.value
      ? expand(variable.value, (name) => result.get(name) ?? textAt(given.services, name))
      : valueFrom(pod, container, variable, given)
    if (value !== undefined) result.set(variable.name, value)
  }
  return Object.fromEntries([...Object.entries(given.services), ...result])
}

function prefixed(
  source: EnvFromSource,
  sources: EnvironmentSources,
): readonly (readonly [string, string])[] {
  const { configMapRef, secretRef, prefix = '' } = source
  const ref = configMapRef ?? secretRef
  if (ref === undefined) return []
  const data = (configMapRef === undefined ? sources.secrets : sources.configMaps).get(ref.name)
  if (data === undefined) {
    if (ref.optional === true) return []
    throw missingObject(configMapRef === undefined ? 'secret' : 'configmap', ref.name)
  }
  return Object.entries(data).map(([key, value]) => [prefix + key, value])
}

/** `undefined`: the variable is optional and not there. */
function valueFrom(
  pod: Pod,
  container: Container,
  { value, valueFrom: source }: EnvVar,
  { sources, node }: { readonly sources: EnvironmentSources; readonly node: NodeFacts },
): string | undefined {
  if (source?.configMapKeyRef !== undefined) {
    return keyOf('ConfigMap', pod, source.configMapKeyRef, sources)
  }
  if (source?.secretKeyRef !== undefined) return keyOf('Secret', pod, source.secretKeyRef, sources)
  try {
    if (source?.fieldRef !== undefined) return podField(pod, source.fieldRef, node)
    if (source?.resourceFieldRef !== undefined) {
      return resourceField(pod, container, source.resourceFieldRef, node)
    }
  } catch (error) {
    if (error instanceof FieldError) throw new EnvironmentError(error.message, { cause: error })
    throw error
  }
  return value ?? ''
}

function keyOf(
  kind: 'ConfigMap' | 'Secret',
  pod: Pod,
  { name, key, optional }: KeyRef,
  sources: EnvironmentSources,
): string | undefined {
  const data = (kind === 'Secret' ? sources.secrets : sources.configMaps).get(name)
  const value = textAt(data, key)
  if (value !== undefined || optional === true) return value
  if (data === undefined) throw missingObject(kind === 'Secret' ? 'secret' : 'configmap', name)
  throw new EnvironmentError(
    `couldn't find key ${key} in ${kind} ${pod.metadata.namespace}/${name}`,
  )
}

/** The kubelet looks in its own cache, whose refusal has the singular, unlike the API server's. */
function missingObject(kind: 'configmap' | 'secret', name: string): EnvironmentError {
  return new EnvironmentError(`${kind} "${name}" not found`)
}

/**
 * What the kubelet adds for the service `kubernetes` of the namespace `default`, so that a client in the pod finds the
 * API server. Links to other services are not made: there is no service network here.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
export function apiServerVariables(url: string): Record<string, string> {
  const { hostname, port } = new URL(url)
  const number = port === '' ? '443' : port
  const link = `tcp://${hostname}:${number}`
  return {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: number,
    KUBERNETES_SERVICE_PORT_HTTPS: number,
    KUBERNETES_PORT: link,
    [`KUBERNETES_PORT_${number}_TCP`]: link,
    [`KUBERNETES_PORT_${number}_TCP_PROTO`]: 'tcp',
    [`KUBERNETES_PORT_${number}_TCP_PORT`]: number,
    [`KUBERNETES_PORT_${number}_TCP_ADDR`]: hostname,
  }
}
