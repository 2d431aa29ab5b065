import { join, relative, resolve } from 'node:path'
import { exchangeLine, requestLine } from './audit-line.ts'
import type { UpstreamStore } from './cosmos/upstream/store.ts'
import { UpstreamError } from './cosmos/upstream/upstream-error.ts'
import { readDeclaration } from './declaration.ts'
import { checkDirectory } from './directory.ts'
import { writeEnvironment } from './environment.ts'
import { openStore } from './open-store.ts'
import { HELP, parseOptions } from './options.ts'
import { CONTEXT, startPlatform } from './platform.ts'
import type { Platform } from './platform.ts'

const FORESEEN = [
  'ERR_LISTEN',
  'ERR_DIRECTORY',
  'ERR_DECLARATION',
  'ERR_COSMOS_ACCOUNT',
  'ERR_ENTRA_DIRECTORY',
  'ERR_STORE',
]

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (typeof options === 'string') {
    process.stderr.write(`✗ ${options}\n\n${HELP}`)
    return 2
  }
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const stop = stopRequested()
  let store: UpstreamStore | undefined
  try {
    const declaration = readDeclaration(options.file)
    const directory = resolve(options.directory)
    await checkDirectory(directory)
    store =
      options.store &&
      (await openStore(options.store, {
        account: () => declaration.account,
        signal: stop,
        say: (line) => process.stderr.write(`${line}\n`),
      }))
    const platform = await startPlatform({
      declaration,
      directory,
      onExchange: (event) => process.stdout.write(`${exchangeLine(event)}\n`),
      onRequest: (record) => process.stdout.write(`${requestLine(record)}\n`),
      ...(options.anyPort ? {} : { ports: declaration.ports }),
      ...(store ? { store } : {}),
    })
    const environment = await writeEnvironment(platform, {
      template: join('manifests', 'environments', 'local.yaml'),
    })
    process.stdout.write(welcome(platform, options.anyPort ? relative('.', environment) : 'local'))
    await aborted(stop)
    process.stderr.write('• Stopping\n')
    await platform.close()
    process.stderr.write('✓ Stopped\n')
    return 0
  } catch (error) {
    if (error === stop.reason) {
      process.stderr.write('✓ Stopped\n')
      return 0
    }
    const code = foreseenCode(error)
    if (code === undefined) throw error
    process.stderr.write(`✗ ${(error as Error).message}\n${code}\n`)
    return isOfTheMachine(error, code) ? 1 : 2
  } finally {
    await store?.close()
  }
}

/** The code of a failure that was foreseen and says itself what to do. */
function foreseenCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && FORESEEN.includes(code) ? code : undefined
}

/** A taken port or directory, an emulator that is not up: the rest lies in the declaration or in the options. */
function isOfTheMachine(error: unknown, code: string): boolean {
  return (
    code === 'ERR_LISTEN' ||
    code === 'ERR_DIRECTORY' ||
    (error instanceof UpstreamError && error.mayPass)
  )
}

function welcome(platform: Platform, environment: string): string {
  const { urls } = platform
  return `✓ The platform is up
  Kubernetes  ${urls.kubernetes}   context ${CONTEXT}
  Entra       ${urls.entra}   AZURE_AUTHORITY_HOST=${urls.entra}/
  Cosmos DB   ${urls.cosmos}

In another terminal:
  npm run deploy -- --env ${environment}
  export KUBECONFIG=${platform.kubeconfig}
  kubectl logs demo

A program outside the cluster trusts it with
  export NODE_EXTRA_CA_CERTS=${platform.caFile}
Every token exchange and every request to the account is shown here. Ctrl-C stops everything.
`
}

/** Aborted at the first signal to stop, whatever is going on then. */
function stopRequested(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  process.once('SIGTERM', () => controller.abort())
  return controller.signal
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
