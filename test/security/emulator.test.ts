// The emulator lets everyone in who reaches it: so who reaches it is part of the chain.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseAddress } from '../../local/cosmos/upstream/address.ts'
import { troubleOf } from '../../local/cosmos/upstream/trouble.ts'
import { createClient } from '../../local/kubernetes/client.ts'
import { createAuthority } from '../../local/tls.ts'
import { startApiServer } from '../support/api-server.ts'

interface Labelled {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> }
}

interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>
}

interface Deployment {
  readonly metadata: { readonly namespace: string }
  readonly spec: {
    readonly template: Labelled & { readonly spec: { readonly containers: object[] } }
  }
}

const emulator = (name: string) => manifest(join('manifests', 'emulator', name))
const platform = (name: string) => manifest(join('manifests', 'platform', name))

test('an API server admits it beside the platform, and not where Pod Security is restricted', async () => {
  const server = await startApiServer({ authority: await createAuthority(Date.now()) })
  const client = createClient(server.access)
  try {
    const namespace = (await platform('00-namespace.yaml')) as Labelled
    const deployment = (await emulator('90-deployment.yaml')) as Deployment
    const { name, labels } = namespace.metadata as Labelled['metadata'] & { readonly name: string }
    const restricted = { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' }
    await client.create('/api/v1/namespaces', namespace)
    await client.create('/api/v1/namespaces', {
      ...namespace,
      metadata: { name: 'strict', labels: restricted },
    })
    const create = async (there: string) => {
      const accounts = `/api/v1/namespaces/${there}/serviceaccounts`
      await client.create(accounts, { metadata: { name: 'default' } })
      const { template } = deployment.spec
      const pod = { ...template, metadata: { ...template.metadata, name: 'emulator' } }
      return client.create(`/api/v1/namespaces/${there}/pods`, pod, { dryRun: 'All' })
    }
    expect(await create(name)).toMatchObject({ metadata: { name: 'emulator' } })
    await expect(create('strict')).rejects.toMatchObject({
      code: 403,
      message: expect.stringContaining('violates PodSecurity "restricted:latest"'),
    })
    for (const [group, plural, file] of [
      ['/apis/apps/v1', 'deployments', '90-deployment.yaml'],
      ['/api/v1', 'services', '91-service.yaml'],
      ['/apis/networking.k8s.io/v1', 'networkpolicies', '92-network-policy.yaml'],
    ] as const) {
      const path = `${group}/namespaces/${name}/${plural}`
      const options = { dryRun: 'All', fieldValidation: 'Strict' }
      const made = await client.create(path, (await emulator(file)) as object, options)
      expect(made.metadata.name).toBe('emulator')
    }
  } finally {
    client.close()
    await server.close()
  }
})

test('nobody reaches it but the platform’s pods, in their own namespace, on one port', async () => {
  const policy = (await emulator('92-network-policy.yaml')) as {
    readonly metadata: { readonly namespace: string }
    readonly spec: {
      readonly podSelector: Selector
      readonly policyTypes: readonly string[]
      readonly ingress: readonly { readonly from: readonly { readonly podSelector: Selector }[] }[]
    }
  }
  const guarded = (await emulator('90-deployment.yaml')) as Deployment
  const gateway = (await platform('70-deployment.yaml')) as Deployment
  expect(labelsOf(guarded)).toMatchObject(policy.spec.podSelector.matchLabels)
  expect(policy.spec.policyTypes).toEqual(['Ingress', 'Egress'])
  expect(policy.spec).not.toHaveProperty('egress')
  const [rule] = policy.spec.ingress
  expect(policy.spec.ingress).toEqual([
    { from: [{ podSelector: expect.any(Object) }], ports: [{ port: 8081, protocol: 'TCP' }] },
  ])
  const admitted = rule?.from[0]?.podSelector.matchLabels ?? {}
  expect(labelsOf(gateway)).toMatchObject(admitted)
  expect(labelsOf(guarded)).not.toMatchObject(admitted)
  expect(new Set([policy, guarded, gateway].map(({ metadata }) => metadata.namespace)).size).toBe(1)
})

test('its image is a dated release, it tells nobody anything, and holds no key', async () => {
  const { spec } = (await emulator('90-deployment.yaml')) as Deployment
  expect(spec.template.spec.containers).toMatchObject([
    {
      image: expect.stringMatching(
        /^mcr\.microsoft\.com\/cosmosdb\/linux\/azure-cosmos-emulator(?::vnext-EN\d{8}|@sha256:[0-9a-f]{64})$/,
      ),
      env: [
        { name: 'PROTOCOL', value: 'http' },
        { name: 'ENABLE_TELEMETRY', value: 'false' },
        { name: 'ENABLE_EXPLORER', value: 'false' },
      ],
    },
  ])
  // Who is told to start one is told to start the same.
  const address = parseAddress('http://localhost:8081')
  const refused = Object.assign(new Error(), { code: 'ECONNREFUSED' })
  const { next } = troubleOf(refused, { address, timeoutMs: 1, isLate: false })
  const [container] = spec.template.spec.containers as { readonly image: string }[]
  expect(next).toContain(container?.image)
})

function labelsOf({ spec }: Deployment): Readonly<Record<string, string>> {
  return spec.template.metadata.labels
}

async function manifest(file: string): Promise<unknown> {
  return parse(await readFile(file, 'utf8'))
}
