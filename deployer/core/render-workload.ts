import type { Document } from 'yaml'
import type { Environment } from './environment.ts'
import { DeployError } from './errors.ts'
import { podTemplatePath } from './inputs.ts'
import { isFields, listAt, objectRef, subjectOf } from './object.ts'
import type { KubeObject } from './object.ts'

const TRUST_PATH = '/etc/keyless-cosmos/trust'

type Path = readonly (string | number)[]

/**
 * Puts the environment's values into the object that runs the worker, of whatever kind it is.
 *
 * @param workload Changed in place.
 * @throws {DeployError} `ERR_MANIFEST` if it has no container `worker`.
 */
export function renderWorkload(
  workload: Document,
  environment: Environment,
  { hasTrustRoot }: { readonly hasTrustRoot: boolean },
): void {
  const { authorityHost } = environment.identity
  const { replicas, intervalSeconds, healthPort, schedule, timeZone } = environment.workload ?? {}
  workload.setIn([...containerPath(workload), 'image'], environment.image)
  if (replicas !== undefined) workload.setIn(['spec', 'replicas'], replicas)
  if (schedule !== undefined) workload.setIn(['spec', 'schedule'], schedule)
  if (timeZone !== undefined) workload.setIn(['spec', 'timeZone'], timeZone)
  if (intervalSeconds !== undefined) {
    setVariable(workload, 'WRITE_INTERVAL_SECONDS', String(intervalSeconds))
  }
  if (healthPort !== undefined) {
    setVariable(workload, 'HEALTH_PORT', String(healthPort))
    workload.setIn([...containerPath(workload), 'ports', 0, 'containerPort'], healthPort)
  }
  if (environment.deadlineSeconds !== undefined) outlast(workload, environment.deadlineSeconds)
  if (authorityHost !== undefined) setVariable(workload, 'AZURE_AUTHORITY_HOST', authorityHost)
  if (hasTrustRoot) mountTrustRoot(workload)
}

/** How long a kind's controller waits for the worker. */
const BOUNDS: readonly Path[] = [
  ['spec', 'activeDeadlineSeconds'],
  ['spec', 'jobTemplate', 'spec', 'activeDeadlineSeconds'],
  ['spec', 'progressDeadlineSeconds'],
]

/** For the pull of the image, and the start */
const MARGIN_SECONDS = 120

/** A worker whose controller gives it up first would end as stopped, without its verdict. */
function outlast(workload: Document, deadlineSeconds: number): void {
  for (const path of BOUNDS) {
    const bound = workload.getIn(path)
    if (typeof bound === 'number' && bound < deadlineSeconds + MARGIN_SECONDS) {
      workload.setIn(path, deadlineSeconds + MARGIN_SECONDS)
    }
  }
}

function podSpecPath(workload: Document): Path {
  return [...(podTemplatePath(workload.toJS() as KubeObject) ?? []), 'spec']
}

function containerPath(workload: Document): Path {
  const object = workload.toJS() as KubeObject
  const path = [...podSpecPath(workload), 'containers']
  const names = listAt(object, ...path).map((one) => (isFields(one) ? one['name'] : undefined))
  const index = names.indexOf('worker')
  if (index !== -1) return [...path, index]
  const found = names.length === 0 ? 'nothing' : names.map(String).join(', ')
  throw new DeployError(
    'ERR_MANIFEST',
    `${subjectOf(objectRef(object))}: it has no container "worker", whose image the environment sets: .${path.join('.')} holds ${found}`,
    { hint: 'restore it, or check its name and its indentation' },
  )
}

/** Node reads NODE_EXTRA_CA_CERTS at its start and trusts the file beside the public roots. */
function mountTrustRoot(workload: Document): void {
  append(workload, [...podSpecPath(workload), 'volumes'], {
    name: 'trust-root',
    configMap: { name: 'trust-root' },
  })
  append(workload, [...containerPath(workload), 'volumeMounts'], {
    name: 'trust-root',
    mountPath: TRUST_PATH,
    readOnly: true,
  })
  setVariable(workload, 'NODE_EXTRA_CA_CERTS', `${TRUST_PATH}/ca.crt`)
}

/** The workload-identity webhook leaves a variable alone that the container has already. */
function setVariable(workload: Document, name: string, value: string): void {
  const path = [...containerPath(workload), 'env']
  const index = listAt(workload.toJS(), ...path).findIndex(
    (one) => isFields(one) && one['name'] === name,
  )
  if (index === -1) append(workload, path, { name, value })
  else workload.setIn([...path, index, 'value'], value)
}

function append(document: Document, path: Path, value: unknown): void {
  if (document.hasIn(path)) document.addIn(path, document.createNode(value))
  else document.setIn(path, document.createNode([value]))
}
