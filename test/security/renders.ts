import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { podTemplatePath } from '../../deployer/core/inputs.ts'
import { at, isFields } from '../../deployer/core/object.ts'
import type { Fields, KubeObject } from '../../deployer/core/object.ts'
import { deployer } from '../deployer/cluster.ts'

/** Everything that is rendered for one environment and one kind of workload, the healer included. */
export interface RenderedSet {
  /** `aks Deployment` */
  readonly title: string
  readonly objects: readonly KubeObject[]
}

const ENVIRONMENTS = {
  local: 'manifests/environments/local.yaml',
  kind: 'manifests/environments/kind.yaml',
  aks: 'docs/aks/aks.yaml',
}
const KINDS = ['Pod', 'Job', 'Deployment', 'CronJob']
const HEAL_IMAGE = 'keylessdemo.azurecr.io/keyless-cosmos/deployer:0.1.0'
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n'

/** What the deployer renders for every environment and every kind of workload, as it prints it. */
export async function everyRender(): Promise<readonly RenderedSet[]> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-renders-'))
  const sets: RenderedSet[] = []
  try {
    await writeFile(join(directory, 'ca.crt'), CERTIFICATE)
    for (const [name, source] of Object.entries(ENVIRONMENTS)) {
      for (const kind of KINDS) {
        const document = parseDocument(await readFile(source, 'utf8'))
        document.setIn(['workload', 'kind'], kind)
        if (name !== 'aks') document.setIn(['trustRoot', 'caFile'], 'ca.crt')
        else document.setIn(['healImage'], HEAL_IMAGE)
        const file = join(directory, `${name}.yaml`)
        await writeFile(file, document.toString())
        sets.push({ title: `${name} ${kind}`, objects: await rendered(file) })
      }
    }
    return sets
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function rendered(file: string): Promise<readonly KubeObject[]> {
  const said = await deployer(['render', '--heal', '--env', file, '--output', 'json'])
  if (said.code !== 0) throw new Error(said.stderr)
  return said.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { object: KubeObject }).object)
}

/** Metadata and spec of the pods an object makes, or is; undefined for what makes none. */
export function podOf(object: KubeObject): Fields | undefined {
  const path = podTemplatePath(object)
  const template = path && at(object, ...path)
  return isFields(template) ? template : undefined
}
