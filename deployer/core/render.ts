import type { Document } from 'yaml'
import { placing, stamping } from './belonging.ts'
import { editDocument } from './edit.ts'
import type { Edit } from './edit.ts'
import type { Environment } from './environment.ts'
import { DeployError } from './errors.ts'
import { objectOf } from './manifests.ts'
import type { Manifest } from './manifests.ts'
import { objectRef } from './object.ts'
import type { KubeObject } from './object.ts'
import { inApplyOrder } from './order.ts'
import type { ObjectSet } from './ownership.ts'
import { renderWorkload } from './render-workload.ts'
import { didYouMean } from './suggest.ts'
import { workloadKind } from './workload.ts'

/** The namespace the files are written for; the environment's replaces it. */
const FILES_NAMESPACE = 'keyless-cosmos'

type Path = readonly (string | number)[]

/** The authority that signed the endpoints of a target on this machine. */
export interface TrustRoot {
  /** The ConfigMap that carries it, as written in `manifests/trust-root/`. */
  readonly manifest: Manifest
  /** PEM certificates. */
  readonly certificates: string
}

/**
 * Puts the environment's values into the worker's manifests, by path on the parsed documents: a value can never become
 * structure. The given documents are not changed; comments stay.
 *
 * @returns The documents in the order they are applied.
 * @throws {DeployError} `ERR_MANIFEST` if an object or container that takes a value is not there.
 */
export function renderWorker(
  manifests: readonly Manifest[],
  environment: Environment,
  trustRoot?: TrustRoot,
): readonly Manifest[] {
  const files = [...manifests, ...(trustRoot ? [trustRoot.manifest] : [])]
  const asked = files.filter((manifest) => !isReplacedPod(objectOf(manifest), environment))
  const rendered = asked.map(({ document, place }) => ({ document: document.clone(), place }))
  const worker = find(rendered, 'ServiceAccount', 'worker')
  worker.setIn([...ANNOTATIONS, 'azure.workload.identity/client-id'], environment.identity.clientId)
  worker.setIn([...ANNOTATIONS, 'azure.workload.identity/tenant-id'], environment.identity.tenantId)
  const config = find(rendered, 'ConfigMap', 'worker')
  config.setIn(['data', 'COSMOS_ENDPOINT'], environment.cosmos.endpoint)
  config.setIn(['data', 'COSMOS_DATABASE'], environment.cosmos.database)
  config.setIn(['data', 'COSMOS_CONTAINER'], environment.cosmos.container)
  config.setIn(['data', 'DOCUMENT_NAME'], environment.document)
  if (environment.deadlineSeconds !== undefined) {
    config.setIn(['data', 'DEADLINE_SECONDS'], String(environment.deadlineSeconds))
  }
  const workload = find(rendered, workloadKind(environment), 'demo')
  renderWorkload(workload, environment, { hasTrustRoot: trustRoot !== undefined })
  if (environment.egressPorts) setEgressPorts(rendered, environment.egressPorts)
  if (trustRoot) {
    find(rendered, 'ConfigMap', 'trust-root').setIn(['data', 'ca.crt'], trustRoot.certificates)
  }
  for (const manifest of rendered) setNamespace(manifest, environment.namespace)
  return inApplyOrder(rendered, (manifest) => objectRef(objectOf(manifest)))
}

/** Puts what names no namespace into this one. */
export function placeInNamespace(
  manifests: readonly Manifest[],
  namespace: string,
): readonly Manifest[] {
  const placed = manifests.map((manifest) =>
    edited(manifest, placing(objectOf(manifest), namespace)),
  )
  return inApplyOrder(placed, (manifest) => objectRef(objectOf(manifest)))
}

/** Marks every object as a member of the set. */
export function stampOwnership(
  manifests: readonly Manifest[],
  set: ObjectSet,
): readonly Manifest[] {
  const objects = manifests.map(objectOf)
  return manifests.map((manifest) => edited(manifest, stamping(objectOf(manifest), objects, set)))
}

/** @returns A new document; the given one is not changed. */
function edited({ document, place }: Manifest, edits: readonly Edit[]): Manifest {
  return { document: editDocument(document, edits), place }
}

/** The rendered objects as one YAML stream; the same input gives the same bytes. */
export function renderedYaml(manifests: readonly Manifest[]): string {
  // a document that began with its own `---` or `%YAML` would bring them along
  const options = { lineWidth: 0, directives: false }
  return manifests.map(({ document }) => document.toString(options)).join('---\n')
}

/** The Pod of the default set, where the environment asks for another kind. */
function isReplacedPod({ kind, metadata }: KubeObject, environment: Environment): boolean {
  return kind === 'Pod' && metadata.name === 'demo' && workloadKind(environment) !== 'Pod'
}

const ANNOTATIONS: Path = ['metadata', 'annotations']

function find(manifests: readonly Manifest[], kind: string, name: string): Document {
  const found = manifests.find((manifest) => {
    const object = objectOf(manifest)
    return object.kind === kind && object.metadata.name === name
  })
  if (found) return found.document
  throw new DeployError(
    'ERR_MANIFEST',
    `the manifests hold no ${kind} "${name}", whose values the environment sets${slipOf(manifests, kind, name)}`,
    {
      hint: 'restore it, or deploy a folder of your own with --manifests DIR',
    },
  )
}

/** An object that is meant to be the one that was not found, with a slip of the finger in its kind or name. */
function slipOf(manifests: readonly Manifest[], kind: string, name: string): string {
  const found = manifests.find((manifest) => {
    const { kind: itsKind, metadata } = objectOf(manifest)
    return itsKind === kind
      ? didYouMean(metadata.name, [name]) !== ''
      : metadata.name === name && didYouMean(itsKind, [kind]) !== ''
  })
  if (!found) return ''
  const slip = objectOf(found)
  return `; ${found.place} has ${slip.kind} "${slip.metadata.name}" instead`
}

/** The second egress rule is the one to token service and database; the first, DNS, is left alone. */
function setEgressPorts(rendered: readonly Manifest[], ports: readonly number[]): void {
  const policy = find(rendered, 'NetworkPolicy', 'worker-egress')
  const rule = { ports: ports.map((port) => ({ port, protocol: 'TCP' })) }
  policy.setIn(['spec', 'egress', 1], policy.createNode(rule))
}

function setNamespace({ document }: Manifest, namespace: string): void {
  const object = document.toJS() as KubeObject
  if (object.kind === 'Namespace' && object.metadata.name === FILES_NAMESPACE) {
    document.setIn(['metadata', 'name'], namespace)
  }
  if (object.metadata.namespace === FILES_NAMESPACE) {
    document.setIn(['metadata', 'namespace'], namespace)
  }
}
