import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** What the manifests of a phase hold. */
export interface Content {
  /** A multiple of five: as many of each kind. */
  readonly count: number
  /** The value of the one field that changes. */
  readonly value: string
  /** Without the last ConfigMap. */
  readonly isPruned: boolean
}

const KINDS: Readonly<Record<string, (name: string, value: string) => object>> = {
  ServiceAccount: (name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }),
  ConfigMap: (name, value) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { key: value, text: 'some text that a program reads when it starts' },
  }),
  Secret: (name) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'Opaque',
    data: { password: Buffer.from('not one').toString('base64') },
  }),
  Service: (name) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      type: 'ClusterIP',
      selector: { app: name },
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }],
    },
  }),
  Deployment: (name) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'registry.example/main:1' }] },
      },
    },
  }),
}

/** Writes one file per kind, plain YAML that every tool takes as it is. */
export async function writeObjects(directory: string, content: Content): Promise<void> {
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const each = content.count / Object.keys(KINDS).length
  for (const [kind, make] of Object.entries(KINDS)) {
    const there = content.isPruned && kind === 'ConfigMap' ? each - 1 : each
    if (there === 0) continue
    const documents = Array.from({ length: there }, (_, index) =>
      stringify(make(`object-${index}`, index === 0 ? content.value : 'same')),
    )
    await writeFile(join(directory, `${kind.toLowerCase()}.yaml`), documents.join('---\n'))
  }
}
