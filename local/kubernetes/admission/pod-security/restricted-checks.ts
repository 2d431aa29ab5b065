import { allContainers } from '../pod-spec.ts'
import type { Container, PodLike, Volume } from '../pod-spec.ts'
import { procMount } from './baseline-checks.ts'
import {
  hasUserNamespace,
  isWindows,
  named,
  plural,
  quoted,
  setters,
  sortedUnique,
} from './check.ts'
import type { Check, Violation } from './check.ts'
import { seccompRestricted } from './profile-checks.ts'

/**
 * What the `restricted` level adds to `baseline`.
 * @see https://github.com/kubernetes/pod-security-admission/tree/v0.36.3/policy
 */
export const RESTRICTED_CHECKS: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      { since: 8, check: privilegeEscalation },
      { since: 25, check: (pod) => (isWindows(pod) ? undefined : privilegeEscalation(pod)) },
    ],
  },
  {
    id: 'capabilities_restricted',
    versions: [
      { since: 22, check: capabilities },
      { since: 25, check: (pod) => (isWindows(pod) ? undefined : capabilities(pod)) },
    ],
    overrides: ['capabilities_baseline'],
  },
  {
    id: 'procMount_restricted',
    versions: [{ since: 35, check: procMount }],
    overrides: ['procMount'],
  },
  {
    id: 'restrictedVolumes',
    versions: [{ since: 0, check: volumes }],
    overrides: ['hostPathVolumes'],
  },
  {
    id: 'runAsNonRoot',
    versions: [
      { since: 0, check: runAsNonRoot },
      { since: 35, check: (pod) => (hasUserNamespace(pod) ? undefined : runAsNonRoot(pod)) },
    ],
  },
  {
    id: 'runAsUser',
    versions: [
      { since: 23, check: runAsUser },
      { since: 35, check: (pod) => (hasUserNamespace(pod) ? undefined : runAsUser(pod)) },
    ],
  },
  seccompRestricted,
]

function privilegeEscalation({ spec }: PodLike): Violation | undefined {
  const bad = containersWhere(
    spec,
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  )
  if (bad.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named('container', bad)} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

function capabilities({ spec }: PodLike): Violation | undefined {
  const undropped = containersWhere(
    spec,
    ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'),
  )
  const adding = containersWhere(spec, (container) => forbiddenAdds(container).length > 0)

  const details: string[] = []
  if (undropped.length > 0)
    details.push(
      `${named('container', undropped)} must set securityContext.capabilities.drop=["ALL"]`,
    )
  if (adding.length > 0) {
    const which = quoted(sortedUnique(allContainers(spec).flatMap(forbiddenAdds)))
    details.push(
      `${named('container', adding)} must not include ${which} in securityContext.capabilities.add`,
    )
  }
  if (details.length === 0) return undefined
  return { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

function forbiddenAdds({ securityContext }: Container): string[] {
  return (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE')
}

const ALLOWED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

function volumes({ spec }: PodLike): Violation | undefined {
  const bad = (spec.volumes ?? []).filter((volume) => !ALLOWED_VOLUMES.has(volumeType(volume)))
  if (bad.length === 0) return undefined
  const names = bad.map(({ name }) => name)
  const types = sortedUnique(bad.map(volumeType))
  const uses = bad.length === 1 ? 'uses' : 'use'
  return {
    reason: 'restricted volume types',
    detail: `${named('volume', names)} ${uses} ${plural('restricted volume type', types.length)} ${quoted(types)}`,
  }
}

/** A volume without a source is an emptyDir, as the API server decodes it. */
function volumeType(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir'
}

function runAsNonRoot({ spec }: PodLike): Violation | undefined {
  const reason = 'runAsNonRoot != true'
  const podValue = spec.securityContext?.runAsNonRoot
  const rooted = containersWhere(spec, (c) => c.securityContext?.runAsNonRoot === false)
  const who = setters(podValue === false, rooted)
  if (who !== '')
    return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` }

  const unset = containersWhere(spec, (c) => c.securityContext?.runAsNonRoot === undefined)
  if (podValue === true || unset.length === 0) return undefined
  const detail = `pod or ${named('container', unset)} must set securityContext.runAsNonRoot=true`
  return { reason, detail }
}

function runAsUser({ spec }: PodLike): Violation | undefined {
  const root = containersWhere(spec, ({ securityContext }) => securityContext?.runAsUser === 0)
  const who = setters(spec.securityContext?.runAsUser === 0, root)
  return who === ''
    ? undefined
    : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` }
}

function containersWhere(
  spec: PodLike['spec'],
  isBad: (container: Container) => boolean,
): string[] {
  return allContainers(spec)
    .filter(isBad)
    .map(({ name }) => name)
}
