// What every rendered object promises, for every environment and kind of workload: no key, no root, no way in.
import { beforeAll, describe, expect, test } from 'vitest'
import { at, listAt } from '../../deployer/core/object.ts'
import type { KubeObject } from '../../deployer/core/object.ts'
import { everyRender, podOf } from './renders.ts'
import type { RenderedSet } from './renders.ts'

let sets: readonly RenderedSet[]

beforeAll(async () => {
  sets = await everyRender()
})

/** Every object of every set that makes pods, with the set's title. */
function podMakers(): readonly { readonly title: string; readonly object: KubeObject }[] {
  return sets.flatMap(({ title, objects }) =>
    objects
      .filter((object) => podOf(object) !== undefined)
      .map((object) => ({ title: `${title}: ${object.kind}/${object.metadata.name}`, object })),
  )
}

test('three environments and four kinds are looked at, each with the worker and the healer', () => {
  expect(sets).toHaveLength(12)
  expect(podMakers()).toHaveLength(24)
})

test('no rendered object is a Secret, and none refers to one', () => {
  for (const { title, objects } of sets) {
    expect(
      objects.map(({ kind }) => kind),
      title,
    ).not.toContain('Secret')
    expect(JSON.stringify(objects), title).not.toMatch(
      /secretKeyRef|secretRef|"secretName"|"secret":/,
    )
  }
})

test('no rendered object holds a key, a connection string or a token', () => {
  for (const { title, objects } of sets) {
    const text = JSON.stringify(objects).replaceAll(/sha256:[0-9a-f]{64}/g, '')
    expect(text, title).not.toMatch(/AccountKey|AccountEndpoint|SharedAccess|PRIVATE KEY/i)
    expect(text, title).not.toMatch(/[A-Za-z0-9+/]{60,}={0,2}/)
    expect(text, title).not.toMatch(/eyJ[\w-]{10,}\./)
    expect(text, title).not.toMatch(/(client|api|account)_?(secret|key|password)/i)
  }
})

test('every namespace enforces the restricted Pod Security Standard', () => {
  for (const { title, objects } of sets) {
    const namespaces = objects.filter(({ kind }) => kind === 'Namespace')
    expect(namespaces, title).toHaveLength(1)
    expect(namespaces[0]?.metadata.labels, title).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    })
  }
})

describe('every pod', () => {
  test('is not root by a number, with the runtime’s seccomp profile', () => {
    for (const { title, object } of podMakers()) {
      expect(at(podOf(object), 'spec', 'securityContext'), title).toEqual({
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        fsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      })
    }
  })

  test('has one container with a read-only root, no capability and no way to gain one', () => {
    for (const { title, object } of podMakers()) {
      const containers = listAt(podOf(object), 'spec', 'containers')
      expect(containers, title).toHaveLength(1)
      expect(at(containers[0], 'securityContext'), title).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(listAt(podOf(object), 'spec', 'initContainers'), title).toEqual([])
    }
  })

  test('names its image by version or digest, and asks for no more than it says', () => {
    for (const { title, object } of podMakers()) {
      const [container] = listAt(podOf(object), 'spec', 'containers')
      expect(at(container, 'image'), title).toMatch(/:\d+\.\d+\.\d+$|@sha256:[0-9a-f]{64}$/)
      expect(at(container, 'resources', 'requests'), title).toMatchObject({
        cpu: expect.anything(),
      })
      expect(at(container, 'resources', 'limits'), title).toMatchObject({
        memory: expect.anything(),
      })
    }
  })

  test('shares nothing of the node, and mounts config maps only', () => {
    for (const { title, object } of podMakers()) {
      const spec = at(podOf(object), 'spec')
      for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace']) {
        expect(at(spec, key), `${title} ${key}`).toBeUndefined()
      }
      for (const volume of listAt(spec, 'volumes')) {
        expect(Object.keys(volume as object).toSorted(), title).toEqual(['configMap', 'name'])
      }
      for (const mount of listAt(spec, 'containers', 0, 'volumeMounts')) {
        expect(at(mount, 'readOnly'), title).toBe(true)
      }
      for (const port of listAt(spec, 'containers', 0, 'ports')) {
        expect(at(port, 'hostPort'), title).toBeUndefined()
      }
    }
  })

  test('of the worker has no token for the Kubernetes API, and the webhook’s label', () => {
    const workers = podMakers().filter(({ object }) => object.metadata.name === 'demo')
    expect(workers).toHaveLength(12)
    for (const { title, object } of workers) {
      const pod = podOf(object)
      expect(at(pod, 'spec', 'automountServiceAccountToken'), title).toBe(false)
      expect(at(pod, 'metadata', 'labels', 'azure.workload.identity/use'), title).toBe('true')
      expect(at(pod, 'metadata', 'annotations') ?? {}, title).not.toHaveProperty([
        'azure.workload.identity/inject-proxy-sidecar',
      ])
    }
  })
})

test('the worker reaches DNS and port 443, and nobody reaches the worker', () => {
  for (const { title, objects } of sets) {
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
    expect(policies, title).toHaveLength(1)
    expect(policies[0]?.['spec'], title).toEqual({
      podSelector: {
        matchLabels: {
          'app.kubernetes.io/name': 'keyless-cosmos',
          'app.kubernetes.io/component': 'worker',
        },
      },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        {
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
            // where OpenShift's DNS pods listen
            { port: 5353, protocol: 'UDP' },
            { port: 5353, protocol: 'TCP' },
          ],
        },
        { ports: [{ port: 443, protocol: 'TCP' }] },
      ],
    })
  }
})

test('the healer may touch no Secret, no role and no other namespace', () => {
  for (const { title, objects } of sets) {
    const roles = objects.filter(({ kind }) => kind.endsWith('Role'))
    expect(
      roles.map(({ kind }) => kind),
      title,
    ).toEqual(['Role'])
    const resources = listAt(roles[0], 'rules').flatMap((rule) => listAt(rule, 'resources'))
    expect(resources, title).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/secrets|roles|rolebindings|\*/)]),
    )
  }
})
