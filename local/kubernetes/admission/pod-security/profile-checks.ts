import { allContainers } from '../pod-spec.ts'
import type { PodLike } from '../pod-spec.ts'
import { isWindows, named, plural, quoted, setters, sortedUnique } from './check.ts'
import type { Check, Violation } from './check.ts'

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/'

/** The default AppArmor profile may be narrowed, not switched off. */
export const appArmorProfile: Check = {
  id: 'appArmorProfile',
  versions: [{ since: 0, check: appArmor }],
}

/** SELinux types of containers only, no user, no role. */
export const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  versions: [0, 31].map((since) => ({ since, check: (pod) => seLinux(pod, since) })),
}

/** A seccomp profile that is named must be a confining one. */
export const seccompBaseline: Check = {
  id: 'seccompProfile_baseline',
  versions: [
    { since: 0, check: seccompAnnotations },
    { since: 19, check: seccompForbidden },
  ],
}

/** A confining seccomp profile must be named. */
export const seccompRestricted: Check = {
  id: 'seccompProfile_restricted',
  versions: [
    { since: 19, check: seccompRequired },
    { since: 25, check: (pod) => (isWindows(pod) ? undefined : seccompRequired(pod)) },
  ],
  overrides: ['seccompProfile_baseline'],
}

function isConfining(type: string | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost'
}

/** Set, and to something that does not confine. */
function isUnconfining(type: string | undefined): boolean {
  return type !== undefined && !isConfining(type)
}

function appArmor({ metadata, spec }: PodLike): Violation | undefined {
  const podType = spec.securityContext?.appArmorProfile?.type
  const bad = allContainers(spec).filter((c) =>
    isUnconfining(c.securityContext?.appArmorProfile?.type),
  )
  const types = bad.map((container) => container.securityContext?.appArmorProfile?.type ?? '')
  if (podType !== undefined && isUnconfining(podType)) types.push(podType)
  const annotations = forbiddenAppArmorAnnotations(metadata.annotations ?? {})

  const who = [setters(isUnconfining(podType), namesOf(bad))].filter((text) => text !== '')
  if (annotations.length > 0) who.push(plural('annotation', annotations.length))
  if (who.length === 0) return undefined
  const values = [...sortedUnique(types), ...annotations]
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  }
}

function forbiddenAppArmorAnnotations(annotations: Readonly<Record<string, string>>): string[] {
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith(APP_ARMOR_ANNOTATION))
    .filter(
      ([, value]) => !['', 'runtime/default'].includes(value) && !value.startsWith('localhost/'),
    )
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .toSorted()
}

function seLinux({ spec }: PodLike, minor: number): Violation | undefined {
  const allowed = ['', 'container_t', 'container_init_t', 'container_kvm_t']
  if (minor >= 31) allowed.push('container_engine_t')
  const isBadType = (type = '') => !allowed.includes(type)
  const isBad = (options: SeLinuxOptions | undefined) =>
    options !== undefined && (isBadType(options.type) || Boolean(options.user || options.role))

  const podOptions = spec.securityContext?.seLinuxOptions
  const bad = allContainers(spec).filter((c) => isBad(c.securityContext?.seLinuxOptions))
  const options = bad.map(({ securityContext }) => securityContext?.seLinuxOptions)
  if (isBad(podOptions)) options.push(podOptions)
  if (options.length === 0) return undefined

  const types = sortedUnique(options.map((option) => option?.type ?? '').filter(isBadType))
  const data = types.length > 0 ? [named('type', types)] : []
  if (options.some((option) => option?.user)) data.push('user may not be set')
  if (options.some((option) => option?.role)) data.push('role may not be set')
  const who = setters(isBad(podOptions), namesOf(bad))
  return {
    reason: 'seLinuxOptions',
    detail: `${who} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
  }
}

interface SeLinuxOptions {
  readonly type?: string
  readonly user?: string
  readonly role?: string
}

/** Policies before 1.19 looked at annotations, fields did not exist. */
function seccompAnnotations({ metadata, spec }: PodLike): Violation | undefined {
  const keys = allContainers(spec).map(({ name }) => SECCOMP_ANNOTATION + name)
  const bad = [SECCOMP_POD_ANNOTATION, ...keys].flatMap((key) => {
    const value = metadata.annotations?.[key]
    const isGood =
      value === undefined ||
      ['runtime/default', 'docker/default'].includes(value) ||
      value.startsWith('localhost/')
    return isGood ? [] : [`${key}=${JSON.stringify(value)}`]
  })
  if (bad.length === 0) return undefined
  const list = sortedUnique(bad).join(', ')
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural('annotation', bad.length)} ${list}`,
  }
}

function seccompForbidden({ spec }: PodLike): Violation | undefined {
  const podType = spec.securityContext?.seccompProfile?.type
  const bad = allContainers(spec).filter((c) =>
    isUnconfining(c.securityContext?.seccompProfile?.type),
  )
  const types = bad.map((container) => container.securityContext?.seccompProfile?.type ?? '')
  if (podType !== undefined && isUnconfining(podType)) types.push(podType)
  if (types.length === 0) return undefined
  const who = setters(isUnconfining(podType), namesOf(bad))
  return {
    reason: 'seccompProfile',
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(sortedUnique(types))}`,
  }
}

function seccompRequired(pod: PodLike): Violation | undefined {
  const forbidden = seccompForbidden(pod)
  if (forbidden !== undefined) return forbidden
  if (isConfining(pod.spec.securityContext?.seccompProfile?.type)) return undefined
  const bad = allContainers(pod.spec).filter(
    (container) => container.securityContext?.seccompProfile === undefined,
  )
  if (bad.length === 0) return undefined
  return {
    reason: 'seccompProfile',
    detail: `pod or ${named('container', namesOf(bad))} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  }
}

function namesOf(containers: readonly { readonly name: string }[]): string[] {
  return containers.map(({ name }) => name)
}
