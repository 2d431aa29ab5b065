import { stringify } from 'yaml'
import type { Document } from 'yaml'
import type { Environment } from './environment.ts'
import { DeployError } from './errors.ts'
import { IN_CLUSTER } from './in-cluster.ts'
import { objectOf } from './manifests.ts'
import type { Manifest } from './manifests.ts'

const ENVIRONMENT_FOLDER = '/etc/keyless-cosmos/heal'
const TRUST_FOLDER = '/etc/keyless-cosmos/trust'
const POD = ['spec', 'template', 'spec']
const CONTAINER = [...POD, 'containers', 0]

/**
 * Puts the environment's values into the manifests of `manifests/heal/`.
 *
 * The healer in the cluster gets the environment as a file of the same name, so that it renders the same objects of the
 * same set; only its context is its own cluster's.
 *
 * @param manifests Rendered already for the worker; the given documents are not changed.
 * @throws {DeployError} `ERR_ENVIRONMENT` for a cluster elsewhere without an image that it can pull.
 */
export function renderHealer(
  manifests: readonly Manifest[],
  environment: Environment,
): readonly Manifest[] {
  if (environment.target === 'aks' && environment.healImage === undefined) throw noHealImage()
  const rendered = manifests.map(({ document, place }) => ({ document: document.clone(), place }))
  const file = `${environment.name}.yaml`
  const config = documentOf(rendered, 'ConfigMap')
  config.setIn(['data'], config.createNode({ [file]: environmentInCluster(environment) }))
  const deployment = documentOf(rendered, 'Deployment')
  deployment.setIn([...CONTAINER, 'args', 2], `${ENVIRONMENT_FOLDER}/${file}`)
  if (environment.healImage !== undefined) {
    deployment.setIn([...CONTAINER, 'image'], environment.healImage)
  }
  if (environment.trustRoot) mountTrustRoot(deployment)
  const subjects = documentOf(rendered, 'RoleBinding')
  subjects.setIn(['subjects', 0, 'namespace'], environment.namespace)
  return rendered
}

/** The name in the manifests is that of an image on this machine. */
function noHealImage(): DeployError {
  return new DeployError('ERR_ENVIRONMENT', 'healImage: expected an image the cluster can pull', {
    hint: 'push the deployer image beside the worker and name it: healImage: <login server>/keyless-cosmos/deployer@sha256:…',
  })
}

/** The same environment, seen from a pod. */
function environmentInCluster(environment: Environment): string {
  const { name: _, trustRoot, ...same } = environment
  return stringify({
    ...same,
    cluster: { context: IN_CLUSTER },
    ...(trustRoot ? { trustRoot: { caFile: `${TRUST_FOLDER}/ca.crt` } } : {}),
  })
}

function mountTrustRoot(deployment: Document): void {
  const volume = { name: 'trust-root', configMap: { name: 'trust-root' } }
  const mount = { name: 'trust-root', mountPath: TRUST_FOLDER, readOnly: true }
  deployment.addIn([...POD, 'volumes'], deployment.createNode(volume))
  deployment.addIn([...CONTAINER, 'volumeMounts'], deployment.createNode(mount))
}

function documentOf(manifests: readonly Manifest[], kind: string): Document {
  const found = manifests.find((manifest) => {
    const object = objectOf(manifest)
    return object.kind === kind && object.metadata.name === 'heal'
  })
  if (found) return found.document
  throw new DeployError('ERR_MANIFEST', `manifests/heal holds no ${kind} "heal"`, {
    hint: 'restore it, or leave --heal out',
  })
}
