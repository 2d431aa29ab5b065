import { allContainers } from '../pod-spec.ts'
import type { Container, Handler, PodLike } from '../pod-spec.ts'
import { hasUserNamespace, named, plural, quoted, setters, sortedUnique } from './check.ts'
import type { Check, Violation } from './check.ts'
import { appArmorProfile, seLinuxOptions, seccompBaseline } from './profile-checks.ts'

const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

/**
 * The controls of the `baseline` level.
 * @see https://github.com/kubernetes/pod-security-admission/tree/v0.36.3/policy
 */
export const BASELINE_CHECKS: readonly Check[] = [
  appArmorProfile,
  { id: 'capabilities_baseline', versions: [{ since: 0, check: capabilities }] },
  { id: 'hostNamespaces', versions: [{ since: 0, check: hostNamespaces }] },
  { id: 'hostPathVolumes', versions: [{ since: 0, check: hostPathVolumes }] },
  { id: 'hostPorts', versions: [{ since: 0, check: hostPorts }] },
  { id: 'hostProbesAndHostLifecycle', versions: [{ since: 34, check: probeHosts }] },
  { id: 'privileged', versions: [{ since: 0, check: privileged }] },
  {
    id: 'procMount',
    versions: [
      { since: 0, check: procMount },
      { since: 35, check: (pod) => (hasUserNamespace(pod) ? undefined : procMount(pod)) },
    ],
  },
  seLinuxOptions,
  seccompBaseline,
  {
    id: 'sysctls',
    versions: [0, 27, 29, 32].map((since) => ({ since, check: (pod) => sysctls(pod, since) })),
  },
  { id: 'windowsHostProcess', versions: [{ since: 0, check: windowsHostProcess }] },
]

function capabilities({ spec }: PodLike): Violation | undefined {
  const bad = allContainers(spec).filter((container) => addedBeyondDefault(container).length > 0)
  if (bad.length === 0) return undefined
  const which = quoted(sortedUnique(bad.flatMap(addedBeyondDefault)))
  return {
    reason: 'non-default capabilities',
    detail: `${containersNamed(bad)} must not include ${which} in securityContext.capabilities.add`,
  }
}

function addedBeyondDefault({ securityContext }: Container): string[] {
  const added = securityContext?.capabilities?.add ?? []
  return added.filter((name) => !DEFAULT_CAPABILITIES.has(name))
}

function hostNamespaces({ spec }: PodLike): Violation | undefined {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name])
  if (shared.length === 0) return undefined
  return { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') }
}

function hostPathVolumes({ spec }: PodLike): Violation | undefined {
  const bad = (spec.volumes ?? []).filter((volume) => volume['hostPath'] !== undefined)
  if (bad.length === 0) return undefined
  const names = bad.map(({ name }) => name)
  return { reason: 'hostPath volumes', detail: named('volume', names) }
}

function hostPorts({ spec }: PodLike): Violation | undefined {
  const bad = allContainers(spec).filter((container) => portsOf(container).length > 0)
  if (bad.length === 0) return undefined
  const ports = sortedUnique(bad.flatMap(portsOf))
  const uses = bad.length === 1 ? 'uses' : 'use'
  return {
    reason: 'hostPort',
    detail: `${containersNamed(bad)} ${uses} ${plural('hostPort', ports.length)} ${ports.join(', ')}`,
  }
}

function portsOf({ ports = [] }: Container): string[] {
  return ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []))
}

function probeHosts({ spec }: PodLike): Violation | undefined {
  const bad = allContainers(spec).filter((container) => hostsOf(container).length > 0)
  if (bad.length === 0) return undefined
  const names = sortedUnique(bad.map(({ name }) => name))
  const hosts = sortedUnique(bad.flatMap(hostsOf))
  const uses = names.length === 1 ? 'uses' : 'use'
  return {
    reason: 'probe or lifecycle host',
    detail: `${named('container', names)} ${uses} ${named('probe or lifecycle host', hosts)}`,
  }
}

function hostsOf(container: Container): string[] {
  return [
    container.livenessProbe,
    container.readinessProbe,
    container.startupProbe,
    container.lifecycle?.postStart,
    container.lifecycle?.preStop,
  ].flatMap(handlerHosts)
}

function handlerHosts(handler: Handler | undefined): string[] {
  return [handler?.httpGet?.host, handler?.tcpSocket?.host].filter(
    (host): host is string => host !== undefined && host !== '',
  )
}

function privileged({ spec }: PodLike): Violation | undefined {
  const bad = allContainers(spec).filter((container) => container.securityContext?.privileged)
  if (bad.length === 0) return undefined
  const detail = `${containersNamed(bad)} must not set securityContext.privileged=true`
  return { reason: 'privileged', detail }
}

/** Also a restricted check of its own: there, a user namespace does not help. */
export function procMount({ spec }: PodLike): Violation | undefined {
  const bad = allContainers(spec).filter((container) => mountOf(container) !== 'Default')
  if (bad.length === 0) return undefined
  const mounts = quoted(sortedUnique(bad.map(mountOf)))
  const detail = `${containersNamed(bad)} must not set securityContext.procMount to ${mounts}`
  return { reason: 'procMount', detail }
}

function mountOf({ securityContext }: Container): string {
  return securityContext?.procMount ?? 'Default'
}

/** Safe system parameters and the minor version that declared them safe. */
const SAFE_SYSCTLS: Readonly<Record<string, number>> = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
}

function sysctls({ spec }: PodLike, minor: number): Violation | undefined {
  const bad = (spec.securityContext?.sysctls ?? [])
    .map(({ name }) => name)
    .filter((name) => (SAFE_SYSCTLS[name] ?? Infinity) > minor)
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') }
}

function windowsHostProcess({ spec }: PodLike): Violation | undefined {
  const podIsBad = spec.securityContext?.windowsOptions?.hostProcess === true
  const bad = allContainers(spec)
    .filter(({ securityContext }) => securityContext?.windowsOptions?.hostProcess)
    .map(({ name }) => name)
  if (!podIsBad && bad.length === 0) return undefined
  return {
    reason: 'hostProcess',
    detail: `${setters(podIsBad, bad)} must not set securityContext.windowsOptions.hostProcess=true`,
  }
}

function containersNamed(containers: readonly Container[]): string {
  return named(
    'container',
    containers.map(({ name }) => name),
  )
}
