import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { TestPlatform } from '../support/platform.ts'
import { deployer } from './cluster.ts'
import type { Said } from './cluster.ts'

/** A folder of manifests with a namespace and an environment of its own. */
export interface WorkloadFolder {
  readonly namespace: string
  /** Writes the objects as the folder's only file. */
  write(objects: readonly object[]): Promise<void>
  /** Of the command line, for one that is started as a program. */
  readonly options: readonly string[]
  deployer(command: string, ...args: readonly string[]): Promise<Said>
}

/** Image whose arguments are a shell script; `test/absent:1` is no image at all. */
export const IMAGES = { 'test/sh:1': ['/bin/sh', '-c'] }

export async function workloadFolder(
  platform: Pick<TestPlatform, 'directory' | 'environment'>,
  namespace: string,
  objects: readonly object[],
): Promise<WorkloadFolder> {
  const folder = join(platform.directory, namespace)
  await mkdir(folder, { recursive: true })
  const environment = parse(await readFile(platform.environment, 'utf8')) as object
  const file = join(platform.directory, `${namespace}.yaml`)
  await writeFile(file, stringify({ ...environment, namespace }))
  const write = async (all: readonly object[]) => {
    const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
    const hasHome = all.some((object) => 'kind' in object && object.kind === 'Namespace')
    const text = (hasHome ? all : [home, ...all]).map((object) => stringify(object)).join('---\n')
    await writeFile(join(folder, 'objects.yaml'), text)
  }
  await write(objects)
  const options = ['--env', file, '--manifests', folder]
  return {
    namespace,
    write,
    options,
    deployer: (command, ...args) => deployer([command, ...args, ...options]),
  }
}

/** What makes a pod of a workload other than a shell that sleeps. */
export interface PodParts {
  readonly script?: string
  readonly image?: string
  readonly container?: object
  readonly pod?: object
  readonly labels?: Readonly<Record<string, string>>
  /** Of a Job's pods. */
  readonly annotations?: Readonly<Record<string, string>>
}

export function deployment(parts: PodParts, spec: object = {}): object {
  const labels = { app: 'web', ...parts.labels }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels }, spec: podSpec(parts) },
      ...spec,
    },
  }
}

export function job(parts: PodParts, spec: object = {}): object {
  const metadata = { labels: parts.labels ?? {}, annotations: parts.annotations ?? {} }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once' },
    spec: { template: { metadata, spec: { restartPolicy: 'Never', ...podSpec(parts) } }, ...spec },
  }
}

function podSpec({ script = 'sleep 300', image = 'test/sh:1', container, pod }: PodParts): object {
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'app', image, args: [script], ...container }],
    ...pod,
  }
}
