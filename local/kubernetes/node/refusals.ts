import type { Container, Pod, Probe } from './pod.ts'

/**
 * What a pod asks for that this node cannot do, in words for the pod's status; empty if it can run the pod.
 *
 * Better a refused pod than one that runs without what it relies on. What is only *looser* here than on a real node
 * (limits, users, capabilities, read-only mounts: nothing of it can be enforced on a plain child process) is not
 * refused; `docs/parity` lists it.
 */
export function refusals({ spec }: Pod): readonly string[] {
  const init = spec.initContainers ?? []
  return [
    ...(spec.runtimeClassName === undefined ? [] : ['runtime classes']),
    ...(spec.ephemeralContainers?.length ? ['ephemeral containers'] : []),
    ...init.flatMap(initRefusals),
    ...[...init, ...spec.containers].flatMap(containerRefusals),
  ]
}

function initRefusals({ name, restartPolicy }: Container): readonly string[] {
  return restartPolicy === 'Always'
    ? [`init container ${name}: restartPolicy Always (sidecars)`]
    : []
}

function containerRefusals(container: Container): readonly string[] {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  const wants: Readonly<Record<string, boolean>> = {
    'lifecycle.postStart': lifecycle?.postStart !== undefined,
    'lifecycle.preStop': lifecycle?.preStop !== undefined,
    'lifecycle.stopSignal': lifecycle?.stopSignal !== undefined,
    restartPolicyRules: (container.restartPolicyRules ?? []).length > 0,
    volumeDevices: (container.volumeDevices ?? []).length > 0,
    'env.valueFrom.fileKeyRef': (container.env ?? []).some(
      ({ valueFrom }) => valueFrom?.fileKeyRef,
    ),
    'a container-level restartPolicy':
      container.restartPolicy !== undefined && container.restartPolicy !== 'Always',
    'gRPC probes': [livenessProbe, readinessProbe, startupProbe].some((probe) => probe?.grpc),
    // The kubelet does not check the certificate there, and nothing here ever switches that check off.
    'HTTPS probes': [livenessProbe, readinessProbe, startupProbe].some(isHttps),
  }
  return Object.keys(wants).flatMap((what) =>
    wants[what] === true ? [`container ${container.name}: ${what}`] : [],
  )
}

function isHttps(probe: Probe | undefined): boolean {
  return probe?.httpGet?.scheme === 'HTTPS'
}
