import { differences } from '../deployer/core/differences.ts'
import type { Difference } from '../deployer/core/differences.ts'
import { INPUTS_ANNOTATION } from '../deployer/core/inputs.ts'
import type { KubeObject } from '../deployer/core/object.ts'
import { PART_OF_LABEL } from '../deployer/core/ownership.ts'

/** Who brought a field into the live pod that was not rendered for AKS. */
export type Bringer = 'target' | 'deployer' | 'webhook' | 'API server'

/** One place where the live pod differs from the pod rendered for AKS. */
export interface LiveDifference extends Difference {
  /** Undefined for what nobody should have brought. */
  readonly by?: Bringer
}

/** The deployer's own marks: of which set of objects this is one, and what it was made from. */
const MARKS: readonly string[] = [
  `.metadata.labels.${PART_OF_LABEL}`,
  `.metadata.annotations.${INPUTS_ANNOTATION}`,
]

/** What the target brings: endpoint, trust root, image name. */
const TARGET: readonly RegExp[] = [
  /^\.metadata\.namespace$/,
  /^\.spec\.volumes\[trust-root\]$/,
  /^\.spec\.containers\[worker\]\.volumeMounts\[trust-root\]$/,
  /^\.spec\.containers\[worker\]\.env\[(NODE_EXTRA_CA_CERTS|AZURE_AUTHORITY_HOST)\]$/,
  /^\.spec\.containers\[worker\]\.image$/,
]

/** What the admission webhook of v1.6.0 injects, on AKS as here. */
const WEBHOOK: readonly RegExp[] = [
  /^\.spec\.volumes\[azure-workload-identity-reserved-[0-9a-f]{30}\]$/,
  /^\.spec\.containers\[worker\]\.volumeMounts\[azure-workload-identity-reserved-[0-9a-f]{30}\]$/,
  /^\.spec\.containers\[worker\]\.env\[AZURE_(CLIENT_ID|TENANT_ID|FEDERATED_TOKEN_FILE|AUTHORITY_HOST)\]$/,
]

/** What every API server, scheduler and kubelet adds to a pod. */
const API_SERVER: readonly RegExp[] = [
  /^\.metadata\.(uid|resourceVersion|generation|creationTimestamp|managedFields)$/,
  /^\.status$/,
  /^\.spec\.(nodeName|tolerations|dnsPolicy|schedulerName|priority|preemptionPolicy|serviceAccount)$/,
  /^\.spec\.containers\[worker\]\.(imagePullPolicy|terminationMessagePath|terminationMessagePolicy)$/,
]

/**
 * Where the live pod differs from the pod as rendered for AKS, and who brought each difference.
 *
 * @param rendered The Pod rendered for AKS.
 * @param live The same pod as the API server of another target returned it.
 */
export function liveDifferences(rendered: KubeObject, live: KubeObject): readonly LiveDifference[] {
  return differences(withLists(rendered), live).map((one) => {
    const by = bringerOf(one)
    return { ...one, ...(by === undefined ? {} : { by }) }
  })
}

function bringerOf(difference: Difference): Bringer | undefined {
  const is = (patterns: readonly RegExp[]) => patterns.some((one) => one.test(difference.path))
  if (is(TARGET)) return 'target'
  if (MARKS.includes(difference.path)) return 'deployer'
  const isAdded = difference.left === undefined
  if (isAdded && is(WEBHOOK)) return 'webhook'
  return isAdded && is(API_SERVER) ? 'API server' : undefined
}

/** Lists that are filled later, so that each of their items is a difference of its own. */
function withLists(rendered: KubeObject): unknown {
  const { spec = {}, ...rest } = rendered as unknown as PodLike
  const containers = (spec.containers ?? []).map((container) => ({
    volumeMounts: [],
    ...container,
  }))
  return { ...rest, spec: { volumes: [], ...spec, containers } }
}

interface PodLike {
  readonly spec?: { readonly containers?: readonly object[] } & object
}
