import { expect, test } from 'vitest'
import { admitPodSecurity } from '../../local/kubernetes/admission/pod-security.ts'
import { NAMESPACE, creation, pod } from './cluster.ts'

const LABEL = 'pod-security.kubernetes.io/'

function namespaceWith(labels: Record<string, string>) {
  const prefixed = Object.entries(labels).map(([key, value]) => [LABEL + key, value])
  const metadata = { ...NAMESPACE.metadata, labels: Object.fromEntries(prefixed) }
  return { ...NAMESPACE, metadata }
}

const GOOD = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
}

function container(securityContext: object | undefined = GOOD, more: object = {}) {
  return { name: 'c', image: 'i', securityContext, ...more }
}

function refusal(spec: object, labels: Record<string, string>, metadata: object = {}) {
  try {
    admitPodSecurity(creation(pod(spec, metadata), { namespaces: [namespaceWith(labels)] }))
    return undefined
  } catch (error) {
    return (error as Error).message.replace(/^pods "demo" is forbidden: violates PodSecurity /, '')
  }
}

test.for([
  {
    when: 'nothing is set',
    spec: { containers: [{ name: 'a' }, { name: 'b' }] },
    text: '"restricted:latest": allowPrivilegeEscalation != false (containers "a", "b" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or containers "a", "b" must set securityContext.runAsNonRoot=true), seccompProfile (pod or containers "a", "b" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  },
  { when: 'all is well', spec: { containers: [container()] }, text: undefined },
  {
    when: 'root is asked for',
    spec: { securityContext: { runAsUser: 0 }, containers: [container({ ...GOOD, runAsUser: 0 })] },
    text: '"restricted:latest": runAsUser=0 (pod and container "c" must not set runAsUser=0)',
  },
  {
    when: 'root is allowed explicitly',
    spec: { containers: [container({ ...GOOD, runAsNonRoot: false })] },
    text: '"restricted:latest": runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)',
  },
  {
    when: 'a capability is added and ALL not dropped',
    spec: { containers: [container({ ...GOOD, capabilities: { add: ['NET_RAW', 'CHOWN'] } })] },
    text: '"restricted:latest": unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]; container "c" must not include "CHOWN", "NET_RAW" in securityContext.capabilities.add)',
  },
  {
    when: 'a host path is mounted',
    spec: { containers: [container()], volumes: [{ name: 'h', hostPath: { path: '/' } }] },
    text: '"restricted:latest": restricted volume types (volume "h" uses restricted volume type "hostPath")',
  },
  {
    when: 'seccomp is switched off',
    spec: { containers: [container({ ...GOOD, seccompProfile: { type: 'Unconfined' } })] },
    text: '"restricted:latest": seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
  },
  {
    when: 'the whole host is asked for',
    spec: {
      hostNetwork: true,
      hostPID: true,
      hostIPC: true,
      containers: [
        container({ ...GOOD, privileged: true }, { ports: [{ hostPort: 80 }, { hostPort: 443 }] }),
      ],
    },
    text: '"restricted:latest": host namespaces (hostNetwork=true, hostPID=true, hostIPC=true), hostPort (container "c" uses hostPorts 443, 80), privileged (container "c" must not set securityContext.privileged=true)',
  },
])('under restricted, when $when', ({ spec, text }) => {
  expect(refusal(spec, { enforce: 'restricted' })).toBe(text)
})

test.for([
  {
    when: 'capabilities beyond the default set are added',
    spec: { containers: [container({ capabilities: { add: ['SYS_ADMIN'] } })] },
    text: '"baseline:latest": non-default capabilities (container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add)',
  },
  {
    when: 'a probe names a host',
    spec: { containers: [container({}, { livenessProbe: { httpGet: { host: 'elsewhere' } } })] },
    text: '"baseline:latest": probe or lifecycle host (container "c" uses probe or lifecycle host "elsewhere")',
  },
  {
    when: 'a host path is mounted',
    spec: { volumes: [{ name: 'h', hostPath: { path: '/' } }] },
    text: '"baseline:latest": hostPath volumes (volume "h")',
  },
  {
    when: 'SELinux is tuned',
    spec: { containers: [container({ seLinuxOptions: { type: 'spc_t', user: 'u' } })] },
    text: '"baseline:latest": seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
  },
  {
    when: 'an unsafe sysctl is set',
    spec: {
      securityContext: { sysctls: [{ name: 'kernel.msgmax' }, { name: 'net.ipv4.tcp_rmem' }] },
    },
    text: '"baseline:latest": forbidden sysctls (kernel.msgmax)',
  },
  {
    when: 'AppArmor is switched off',
    spec: { containers: [container({ appArmorProfile: { type: 'Unconfined' } })] },
    text: '"baseline:latest": forbidden AppArmor profile (container "c" must not set AppArmor profile type to "Unconfined")',
  },
  {
    when: 'proc is unmasked',
    spec: { containers: [container({ procMount: 'Unmasked' })] },
    text: '"baseline:latest": procMount (container "c" must not set securityContext.procMount to "Unmasked")',
  },
  {
    when: 'proc is unmasked in a user namespace',
    spec: { hostUsers: false, containers: [container({ procMount: 'Unmasked' })] },
    text: undefined,
  },
])('under baseline, when $when', ({ spec, text }) => {
  expect(refusal(spec, { enforce: 'baseline' })).toBe(text)
})

test('a pinned version has the checks of its time', () => {
  const sysctls = { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }] } }
  expect(refusal(sysctls, { enforce: 'baseline', 'enforce-version': 'v1.31' })).toBe(
    '"baseline:v1.31": forbidden sysctls (net.ipv4.tcp_rmem)',
  )
  expect(refusal(sysctls, { enforce: 'baseline', 'enforce-version': 'v1.32' })).toBeUndefined()
})

test('a wrong enforce level counts as restricted', () => {
  expect(refusal({ containers: [container({})] }, { enforce: 'strict' })).toContain(
    'restricted:latest',
  )
})

test('a workload is warned about, not refused', () => {
  const template = { metadata: {}, spec: { containers: [{ name: 'c' }] } }
  const deployment = { ...pod(), kind: 'Deployment', spec: { template } }
  const warnings: string[] = []
  const objects = { namespaces: [namespaceWith({ enforce: 'restricted' })] }
  admitPodSecurity(creation(deployment, objects, { warnings }))
  expect(warnings).toEqual([
    'would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ])
})

test('an update that changes no image is not judged again', () => {
  const objects = { namespaces: [namespaceWith({ enforce: 'restricted' })] }
  const update = { operation: 'UPDATE', old: pod() } as const
  expect(() =>
    admitPodSecurity(creation(pod({}, { labels: { a: 'b' } }), objects, update)),
  ).not.toThrow()
  const changed = pod({ containers: [{ name: 'c', image: 'other' }] })
  expect(() => admitPodSecurity(creation(changed, objects, update))).toThrow('violates PodSecurity')
})

test('labels of a namespace must be well-formed, all are named at once', () => {
  const namespace = namespaceWith({ enforce: 'strict', 'warn-version': '1.36' })
  expect(() => admitPodSecurity(creation(namespace, {}, { name: 'app' }))).toThrow(
    'Namespace "app" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.36": must be "latest" or "v1.x"]',
  )
})

test('a stricter namespace names the pods that no longer fit', () => {
  const warnings: string[] = []
  const update = { operation: 'UPDATE', old: NAMESPACE, warnings, name: 'app' } as const
  const pods = ['a', 'b', 'c'].map((name) => pod({}, { name }))
  admitPodSecurity(creation(namespaceWith({ enforce: 'restricted' }), { pods }, update))
  expect(warnings).toEqual([
    'existing pods in namespace "app" violate the new PodSecurity enforce level "restricted:latest"',
    'a (and 2 other pods): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
  ])
})
