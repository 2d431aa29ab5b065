import { join } from 'node:path'
import type { ExpectStatic } from 'vitest'
import type { KeyPair } from '../../local/tls.ts'
import { createEnvironment, deployer, writeKubeconfig } from '../deployer/cluster.ts'
import type { TestCluster, TestEnvironment } from '../deployer/cluster.ts'
import { heldBy } from './held.ts'
import type { Held } from './held.ts'
import { startKubelet } from './kubelet.ts'
import { startDeployer } from './program.ts'
import type { Started } from './program.ts'
import { startProxy } from './proxy.ts'
import { scriptOf } from './script.ts'
import type { Fault, Incident, Script, Story } from './script.ts'

/** What all seeds share. */
export interface Stage {
  readonly cluster: TestCluster
  /** Of the proxies. */
  readonly tls: KeyPair
  readonly certificateAuthority: string
  /** The built deployer. */
  readonly program: string
  readonly onFault: (fault: Fault | Incident) => void
  /** Told how each disturbed run ended: `right`, the code of its one error, or `SIGKILL`. */
  readonly onEnd: (end: string) => void
}

const KNOWN_EXIT_CODES = [1, 2, 3, 4, 5, 130]

/**
 * One seed: a deploy, change, prune or destroy while things go wrong, then the same once more undisturbed.
 *
 * The first ends right or with one clear error; the second converges, and nothing is lost, doubled or orphaned.
 */
export async function playSeed(stage: Stage, seed: number, expect: ExpectStatic): Promise<void> {
  const script = scriptOf(seed)
  const { cluster } = stage
  const environment = await createEnvironment(cluster, 'env', `fault-${seed}`)
  const kubelet = startKubelet(cluster.client, environment.namespace)
  try {
    const before = await prepare(cluster, environment, script.story)
    await disturbed(stage, environment, script, expect)
    await undisturbed(environment, script.story, expect)
    await expectWhole(cluster, environment, { story: script.story, before }, expect)
  } finally {
    await kubelet.stop()
  }
}

/** What is there before the disturbed run, and what that run shall do. */
async function prepare(
  cluster: TestCluster,
  environment: TestEnvironment,
  story: Story,
): Promise<Held> {
  if (story === 'first deploy') return { labelled: new Map(), inventory: new Map() }
  const { code, stderr } = await environment.deployer('deploy', '--no-wait')
  if (code !== 0) throw new Error(`the deploy before the story failed:\n${stderr}`)
  if (story === 'change') await environment.set({ document: 'Nathan Shelley' })
  if (story === 'prune') await environment.set({ target: 'kind', trustRoot: undefined })
  if (story !== 'destroy') {
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs' } }
    await cluster.client.create(configMap(environment, ''), theirs)
  }
  return heldBy(cluster, environment)
}

async function disturbed(
  stage: Stage,
  environment: TestEnvironment,
  script: Script,
  expect: ExpectStatic,
): Promise<void> {
  const { cluster } = stage
  let started: Started | undefined
  const proxy = await startProxy({
    tls: stage.tls,
    target: cluster.access,
    script,
    onFault: stage.onFault,
    cause: async (incident) => {
      if (incident !== 'SIGINT' && incident !== 'SIGKILL') {
        return writeAsSomebodyElse(cluster, environment)
      }
      return started?.kill(incident) ?? false
    },
  })
  try {
    const kubeconfig = join(cluster.directory, `${environment.namespace}.kubeconfig`)
    await writeKubeconfig(kubeconfig, {
      ...cluster.access,
      url: proxy.url,
      certificateAuthority: stage.certificateAuthority,
    })
    await environment.set({ 'cluster.kubeconfig': kubeconfig })
    const args = [command(script.story), '--env', environment.file, '--timeout', '15']
    const kind = script.incident?.kind
    if (kind === 'SIGINT' || kind === 'SIGKILL') {
      started = startDeployer(stage.program, args)
      const { code, signal, stderr } = await started.ended
      stage.onEnd(signal ?? endOf(expect, { code, stderr }))
    } else {
      stage.onEnd(endOf(expect, await deployer(args)))
    }
  } finally {
    await environment.set({ 'cluster.kubeconfig': cluster.kubeconfig })
    await proxy.close()
  }
}

/** Ended right, or with one error that is ours and says so. */
function endOf(
  expect: ExpectStatic,
  { code, stderr }: { readonly code: number | null; readonly stderr: string },
): string {
  const errors = stderr.match(/^ERR_\w+ \(exit code \d+\)$/gm) ?? []
  expect(stderr).not.toMatch(/^\s+at .*:\d+|ERR_BUG/m)
  if (code === 0) {
    expect(errors, stderr).toEqual([])
    return 'right'
  }
  expect(KNOWN_EXIT_CODES, stderr).toContain(code)
  expect(errors, stderr).toEqual([expect.stringContaining(`(exit code ${code})`)])
  return errors.join().split(' ', 1).join()
}

async function undisturbed(
  environment: TestEnvironment,
  story: Story,
  expect: ExpectStatic,
): Promise<void> {
  const again = await environment.deployer(command(story), '--timeout', '15')
  expect(again.code, again.stderr).toBe(0)
  if (story === 'destroy') return
  const plan = await environment.deployer('plan', '--exit-code')
  expect(plan.code, `a further deploy would still change:\n${plan.stdout}`).toBe(0)
}

async function expectWhole(
  cluster: TestCluster,
  environment: TestEnvironment,
  { story, before }: { readonly story: Story; readonly before: Held },
  expect: ExpectStatic,
): Promise<void> {
  const { labelled, inventory } = await heldBy(cluster, environment)
  expect([...labelled.keys()]).toEqual(expectedOf(story, environment.namespace))
  expect(inventory).toEqual(labelled)
  if (story === 'destroy') return
  for (const [subject, uid] of before.labelled) {
    if (labelled.has(subject) && subject !== 'Pod/demo') expect(labelled.get(subject)).toBe(uid)
  }
  const { data } = (await cluster.client.get(configMap(environment, '/worker'))) as {
    readonly data?: Readonly<Record<string, string>>
  }
  const document = story === 'change' ? 'Nathan Shelley' : 'Ted Lasso'
  expect(data).toMatchObject({ DOCUMENT_NAME: document })
  if (story !== 'first deploy') await cluster.client.get(configMap(environment, '/theirs'))
}

function expectedOf(story: Story, namespace: string): readonly string[] {
  if (story === 'destroy') return []
  return [
    ...(story === 'prune' ? [] : ['ConfigMap/trust-root']),
    'ConfigMap/worker',
    `Namespace/${namespace}`,
    'NetworkPolicy/worker-egress',
    'Pod/demo',
    'ServiceAccount/worker',
  ]
}

/** An edit by hand between the plan and the apply. */
async function writeAsSomebodyElse(
  { client }: TestCluster,
  environment: TestEnvironment,
): Promise<boolean> {
  const edit = { data: { DOCUMENT_NAME: 'Roy Kent' } }
  const path = configMap(environment, '/worker')
  const fieldManager = 'kubectl-edit'
  const { data } = await client.patch(path, 'application/merge-patch+json', edit, { fieldManager })
  return (data as typeof edit.data).DOCUMENT_NAME === edit.data.DOCUMENT_NAME
}

function command(story: Story): 'deploy' | 'destroy' {
  return story === 'destroy' ? 'destroy' : 'deploy'
}

function configMap({ namespace }: TestEnvironment, name: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps${name}`
}
