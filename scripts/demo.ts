// `npm run demo`: the whole journey on the local platform, and one refusal. Leaves nothing behind.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { readDeclaration } from '../local/declaration.ts'
import { writeEnvironment } from '../local/environment.ts'
import { startPlatform } from '../local/platform.ts'
import type { Platform } from '../local/platform.ts'
import { queryAs } from './second-identity.ts'

const TEMPLATE = join('manifests', 'environments', 'local.yaml')
/** No identity has a federated credential for a service account of this namespace. */
const STRANGERS_NAMESPACE = 'not-federated'

const HELP = `Usage: npm run demo

Deploys the worker to a cluster, a token service and an account in this process, shows what it wrote, and one refusal.
It takes no options and leaves nothing behind.
`

const NEXT = `
Next:
  npm run local                        keep the platform up, and try kubectl on it
  npm run deploy -- --env local        in another terminal; then: kubectl logs demo
  edit local/platform.yaml             take a role or a letter away, and read the refusal
`

if (process.argv.length > 2) {
  const isHelp = process.argv.slice(2).every((word) => word === '--help' || word === '-h')
  process.stderr.write(`${isHelp ? '' : '✗ npm run demo takes no options\n'}${HELP}`)
  process.exit(isHelp ? 0 : 2)
}

const declaration = readDeclaration(join('local', 'platform.yaml'))
const directory = await mkdtemp(join(tmpdir(), 'keyless-demo-'))
const stopped = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stopped.abort(signal))
// a reader that has gone (`… | head`): nobody is left to show the rest to
process.stdout.on('error', () => stopped.abort())
try {
  process.exitCode = await main()
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function main(): Promise<number> {
  const started = performance.now()
  say('A cluster, a token service and an account, in this process')
  const platform = await startPlatform({ declaration, directory })
  try {
    print(
      `  Kubernetes ${platform.urls.kubernetes}   Entra ${platform.urls.entra}   Cosmos DB ${platform.urls.cosmos}\n`,
    )
    await story(platform)
    say(
      `Done in ${((performance.now() - started) / 1000).toFixed(1)} s. Nothing is left; no key was used`,
    )
    print(NEXT)
    return 0
  } catch (error) {
    if (stopped.signal.aborted) {
      print(
        '\n✗ Stopped: the platform ends with this program, so that nothing stays and nothing goes on\n',
      )
      return 130
    }
    print(`✗ ${(error as Error).message}\n`)
    return 1
  } finally {
    await platform.close()
  }
}

async function story(platform: Platform): Promise<void> {
  const environment = await writeEnvironment(platform, { template: TEMPLATE, name: 'demo' })
  say('The deployer puts the worker on the cluster')
  await deployer(['deploy', '--env', environment], 0)

  say('What the pod tells: kubectl logs demo')
  await deployer(['logs', '--env', environment], 0)

  say('The document, read by a second identity that may only read')
  for (const item of await documents(platform)) print(`  ${JSON.stringify(item)}\n`)

  say(
    `The same pod under a service account that is not federated (namespace ${STRANGERS_NAMESPACE})`,
  )
  const strangers = await writeEnvironment(platform, {
    template: TEMPLATE,
    namespace: STRANGERS_NAMESPACE,
    name: STRANGERS_NAMESPACE,
    // Enough for an answer on a busy machine: a deadline that passes before would be told in its place
    deadlineSeconds: 3,
  })
  await deployer(['deploy', '--env', strangers], 1)
  print(
    `${styleText('green', '✓')} Refused, as it must be: this is what the cloud would have said\n`,
  )

  say('Everything deployed is deleted')
  await deployer(['destroy', '--env', environment], 0)
  await deployer(['destroy', '--env', strangers], 0)
}

async function documents(platform: Platform) {
  const { directory: entra } = declaration
  const reader = entra.identities.find(({ name }) => name === 'reader')
  if (!reader) throw new Error('local/platform.yaml: the demo needs the identity "reader"')
  return queryAs(
    {
      kubeconfig: platform.kubeconfig,
      namespace: 'keyless-reader',
      serviceAccount: 'reader',
      clientId: reader.clientId,
      tenantId: entra.tenantId,
      authorityHost: platform.urls.entra,
      endpoint: platform.urls.cosmos,
      certificateAuthority: platform.certificateAuthority,
    },
    { database: 'rbacsample', container: 'data' },
  )
}

/**
 * Runs the deployer as a user would, and holds it to the exit code that the story needs. A failure that belongs to the
 * story is shown without the colour of one.
 */
async function deployer(args: readonly string[], expected: number): Promise<void> {
  stopped.signal.throwIfAborted()
  print(styleText('dim', `$ npm run ${args[0]} -- ${args.slice(1).join(' ')}\n`))
  const uncoloured = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1' }
  const child = spawn(process.execPath, [join('deployer', 'main.ts'), ...args], {
    stdio: 'inherit',
    env: expected === 0 ? process.env : uncoloured,
  })
  // A terminal sends Ctrl-C to it as well; of anything else only this process hears
  const stop = () => stopped.signal.reason === 'SIGINT' || child.kill('SIGTERM')
  stopped.signal.addEventListener('abort', stop, { once: true })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== expected)
    throw new Error(`deployer ${args[0]} ended with exit code ${code}, expected ${expected}`)
}

function say(sentence: string): void {
  print(`\n${styleText('bold', sentence)}\n`)
}

function print(text: string): void {
  if (!process.stdout.destroyed) process.stdout.write(text)
}
