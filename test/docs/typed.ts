// `npm run test:typed`: types what docs/kind.md tells to type, section by section, on real clusters: a line that fails, or does
// not do what is written beside it, fails. Wants docker, kind and kubectl on PATH; KIND_NODE_IMAGE, BUILD_BASE and
// RUNTIME_BASE as for `npm run smoke:kind`. Ends with `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shellBlocks } from './shell-blocks.ts'

const KIND = 'kind'

/** What must be seen after a section was typed. */
interface Section {
  readonly heading: string
  readonly cluster: string
  readonly seen: readonly RegExp[]
}

const SECTIONS: readonly Section[] = [
  {
    heading: 'By hand',
    cluster: 'keyless-cosmos',
    seen: [
      /^DONE {2}1 document written without a key/m,
      /Destroyed: 15 deleted; nothing else is left/,
    ],
  },
  {
    heading: 'Step by step, and stay',
    cluster: 'keyless-smoke',
    seen: [
      /keyless-cosmos +demo +0\/1 +Completed/,
      /keyless-platform +platform-\S+ +1\/1 +Running/,
      ...['not-federated', 'no-label', 'no-role'].map(
        (name) => new RegExp(`smoke-${name} +demo +0/1 +Error`),
      ),
      /6 unchanged/,
      /left on this machine: nothing/,
    ],
  },
]

process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<number> {
  const missing = ['docker', KIND, 'kubectl'].filter((program) => !answers(program))
  if (missing.length > 0) {
    process.stdout.write(
      `docs/kind.md is not typed here: no ${missing.join(', no ')}\n\n0 passed, 0 failed\n`,
    )
    return 0
  }
  const chosen = SECTIONS.filter(({ heading }) => words.every((word) => heading.includes(word)))
  let failed = 0
  for (const section of chosen) {
    const problems = await typed(section)
    for (const problem of problems) process.stdout.write(`✗ ${section.heading}: ${problem}\n`)
    if (problems.length === 0) process.stdout.write(`✓ ${section.heading}\n`)
    else failed += 1
  }
  process.stdout.write(`\n${chosen.length - failed} passed, ${failed} failed\n`)
  return failed > 0 ? 1 : 0
}

function answers(program: string): boolean {
  const args = program === 'kubectl' ? ['version', '--client'] : ['version']
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

/** @returns What was not as written. */
async function typed({ heading, cluster, seen }: Section): Promise<readonly string[]> {
  if (clusters().includes(cluster)) return [`there is a kind cluster ${cluster} already`]
  const blocks = shellBlocks('docs/kind.md').filter(({ section }) => section === heading)
  if (blocks.length === 0) return ['docs/kind.md has no commands under this heading']
  const folder = await mkdtemp(join(tmpdir(), 'keyless-typed-'))
  const env = { ...process.env, NO_COLOR: '1', KUBECONFIG: join(folder, 'kubeconfig') }
  try {
    const { code, printed } = await bash(blocks.map(({ commands }) => commands).join('\n'), env)
    return [
      ...(code === 0 ? [] : [`the last command printed above ended with ${code}`]),
      ...seen.filter((one) => !one.test(printed)).map((one) => `${one.source} was not seen`),
      ...(clusters().includes(cluster) ? [`the cluster ${cluster} is left`] : []),
    ]
  } finally {
    if (clusters().includes(cluster)) {
      spawnSync(KIND, ['delete', 'cluster', '--name', cluster], { stdio: 'inherit', env })
    }
    await rm(folder, { recursive: true, force: true })
  }
}

function clusters(): readonly string[] {
  return spawnSync(KIND, ['get', 'clusters'], { encoding: 'utf8' }).stdout.split('\n')
}

/** One shell for a whole section, as a reader has: it stops at the first command that fails, and prints each. */
async function bash(commands: string, env: NodeJS.ProcessEnv) {
  const script = `exec 2>&1; set -euxo pipefail\n${commands}`
  const child = spawn('bash', ['-c', script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    process.stdout.write(text)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, printed }
}
