// `npm run test:real`: the deployer's journeys on real Kubernetes.
//
//   KUBEBUILDER_ASSETS=DIR     a folder with kube-apiserver and etcd (`setup-envtest use -p path`): every journey that needs
//                              no running container; the controllers and nodes there are ours
//   JOURNEYS_KIND=NAME         a kind cluster, made if there is none of this name and then deleted in the end (KIND_NODE_IMAGE
//                              is used for it): the journeys of workloads that really run
//   JOURNEYS_KUBECONFIG=FILE   the same on any other cluster, whose nodes hold the images test/sh:1 and
//                              test/deployer:1
//
// BUILD_BASE and RUNTIME_BASE name base images, as for `npm run images`. Ends with `N passed, N failed`.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addUp, summary, vitest } from '../../scripts/vitest.ts'
import type { Counts } from '../../scripts/vitest.ts'
import { withAdministrator } from './administrator.ts'
import { withKind } from './kind.ts'

/** A real API server is slower to start than ours, and the machine may be busy with several. */
const PATIENT = ['--hookTimeout=180000', '--testTimeout=180000', '--retry=0']
/** Those that need no container; verdicts and the journeys in test/real need a kubelet. */
const BARE = ['test/deployer/', 'test/controllers/', 'test/node/']
const RUNNING = ['test/deployer/verdicts.test.ts', 'test/real/']

async function main(words: readonly string[]): Promise<number> {
  const { KUBEBUILDER_ASSETS: assets, JOURNEYS_KIND: kind } = process.env
  const { JOURNEYS_KUBECONFIG: kubeconfig } = process.env
  const runs: Counts[] = []
  if (assets !== undefined) runs.push(onBareServer(assets, words))
  else process.stdout.write('no bare kube-apiserver: KUBEBUILDER_ASSETS is not set\n')
  if (kind !== undefined) runs.push(await withKind(kind, (file) => onCluster(file, words)))
  else if (kubeconfig !== undefined) runs.push(await onCluster(kubeconfig, words))
  else process.stdout.write('no cluster: neither JOURNEYS_KIND nor JOURNEYS_KUBECONFIG is set\n')
  const all = addUp(runs)
  process.stdout.write(`\n${summary(all)}\n`)
  return all.failed > 0 ? 1 : 0
}

function onBareServer(assets: string, words: readonly string[]): Counts {
  if (!existsSync(join(assets, 'kube-apiserver'))) {
    throw new Error(`KUBEBUILDER_ASSETS: there is no kube-apiserver in ${assets}`)
  }
  const env = { ...process.env, KUBEBUILDER_ASSETS: assets }
  return vitest([...chosen(BARE, words), '--exclude', RUNNING[0] ?? '', ...PATIENT], env)
}

/** The journeys on a whole cluster, as an administrator with a token. */
async function onCluster(kubeconfig: string, words: readonly string[]): Promise<Counts> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-real-'))
  try {
    return await withAdministrator(kubeconfig, directory, async (file) => {
      const { KUBEBUILDER_ASSETS: _, ...env } = process.env
      const args = [...chosen(RUNNING, words), '--no-file-parallelism', ...PATIENT]
      return vitest(args, { ...env, JOURNEYS_KUBECONFIG: file })
    })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function chosen(all: readonly string[], words: readonly string[]): readonly string[] {
  return words.length === 0 ? all : words
}

process.exitCode = await main(process.argv.slice(2))
