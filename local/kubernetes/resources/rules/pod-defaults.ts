import { isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import { ensure, record, records, setDefault, setDefaultNumber } from './edit.ts'

/**
 * Defaults of a pod spec, in pods and in pod templates.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/core/v1/defaults.go
 */
export function defaultPodSpec(spec: JsonObject): void {
  setDefault(spec, 'dnsPolicy', 'ClusterFirst')
  setDefault(spec, 'restartPolicy', 'Always')
  setDefault(spec, 'securityContext', {})
  setDefault(spec, 'terminationGracePeriodSeconds', 30)
  setDefault(spec, 'schedulerName', 'default-scheduler')
  serviceAccountAlias(spec)
  for (const key of ['initContainers', 'containers']) records(spec, key).forEach(defaultContainer)
  records(spec, 'volumes').forEach(defaultVolume)
}

/** `serviceAccount` is the old name of `serviceAccountName`; the server keeps both equal. */
function serviceAccountAlias(spec: JsonObject): void {
  const name = spec['serviceAccountName'] ?? spec['serviceAccount']
  if (name === undefined || name === '') return
  spec['serviceAccountName'] = name
  spec['serviceAccount'] = name
}

/** Defaults that only a pod gets, not a template: requests follow limits. */
export function defaultPodOnly(spec: JsonObject): void {
  setDefault(spec, 'enableServiceLinks', true)
  for (const key of ['initContainers', 'containers']) {
    for (const container of records(spec, key)) requestsFromLimits(ensure(container, 'resources'))
  }
  const resources = record(spec, 'resources')
  if (resources !== undefined) requestsFromLimits(resources)
}

function requestsFromLimits(resources: JsonObject): void {
  const limits = record(resources, 'limits')
  if (limits === undefined || Object.keys(limits).length === 0) return
  const requests = ensure(resources, 'requests')
  for (const [name, quantity] of Object.entries(limits)) setDefault(requests, name, quantity)
}

function defaultContainer(container: JsonObject): void {
  setDefault(container, 'imagePullPolicy', pullPolicy(container['image']))
  setDefault(container, 'terminationMessagePath', '/dev/termination-log')
  setDefault(container, 'terminationMessagePolicy', 'File')
  for (const port of records(container, 'ports')) setDefault(port, 'protocol', 'TCP')
  for (const entry of records(container, 'env')) {
    const fieldRef = isRecord(entry['valueFrom'])
      ? record(entry['valueFrom'], 'fieldRef')
      : undefined
    if (fieldRef !== undefined) setDefault(fieldRef, 'apiVersion', 'v1')
  }
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = record(container, key)
    if (probe !== undefined) defaultProbe(probe)
  }
  const lifecycle = record(container, 'lifecycle')
  for (const hook of ['postStart', 'preStop']) {
    const handler = lifecycle === undefined ? undefined : record(lifecycle, hook)
    if (handler !== undefined) defaultHttpGet(handler)
  }
}

/** `Always` for a tag `latest` or none, `IfNotPresent` for any other tag and for a digest. */
function pullPolicy(image: unknown): string {
  const text = typeof image === 'string' ? image : ''
  if (text.includes('@')) return 'IfNotPresent'
  const last = text.slice(text.lastIndexOf('/') + 1)
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : 'latest'
  return tag === 'latest' && text !== '' ? 'Always' : 'IfNotPresent'
}

function defaultProbe(probe: JsonObject): void {
  setDefaultNumber(probe, 'timeoutSeconds', 1)
  setDefaultNumber(probe, 'periodSeconds', 10)
  setDefaultNumber(probe, 'successThreshold', 1)
  setDefaultNumber(probe, 'failureThreshold', 3)
  defaultHttpGet(probe)
  const grpc = record(probe, 'grpc')
  if (grpc !== undefined && grpc['service'] === undefined) grpc['service'] = ''
}

function defaultHttpGet(handler: JsonObject): void {
  const httpGet = record(handler, 'httpGet')
  if (httpGet === undefined) return
  setDefault(httpGet, 'path', '/')
  setDefault(httpGet, 'scheme', 'HTTP')
}

const FILE_MODE = 0o644

function defaultVolume(volume: JsonObject): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume['emptyDir'] = {}
  for (const key of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const source = record(volume, key)
    if (source !== undefined) setDefault(source, 'defaultMode', FILE_MODE)
  }
  const hostPath = record(volume, 'hostPath')
  if (hostPath !== undefined && hostPath['type'] === undefined) hostPath['type'] = ''
  defaultDownward(record(volume, 'downwardAPI'))
  const projected = record(volume, 'projected')
  for (const source of projected === undefined ? [] : records(projected, 'sources')) {
    const token = record(source, 'serviceAccountToken')
    if (token !== undefined) setDefault(token, 'expirationSeconds', 3600)
    defaultDownward(record(source, 'downwardAPI'))
  }
}

function defaultDownward(source: JsonObject | undefined): void {
  for (const item of source === undefined ? [] : records(source, 'items')) {
    const fieldRef = record(item, 'fieldRef')
    if (fieldRef !== undefined) setDefault(fieldRef, 'apiVersion', 'v1')
  }
}
