import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { exchangeLine, requestLine } from './audit-line.ts'
import { readDeclaration } from './declaration.ts'
import { writeEnvironment } from './environment.ts'
import { CONTEXT, startPlatform } from './platform.ts'
import type { Platform } from './platform.ts'

const HELP = `Usage: npm run local [-- OPTIONS]

Starts a Kubernetes cluster with one node, a Microsoft Entra token endpoint and an Azure Cosmos DB account
on 127.0.0.1, and keeps them up until Ctrl-C. What exists in them is declared in local/platform.yaml.

  --file FILE        another declaration
  --directory DIR    where kubeconfig, ca.crt and the pods' files go (default .local)
  --any-port         let the system choose the ports instead of those in the declaration
  --help             this text
`

const FORESEEN = ['ERR_LISTEN', 'ERR_DECLARATION', 'ERR_COSMOS_ACCOUNT', 'ERR_ENTRA_DIRECTORY']

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
  try {
    const declaration = readDeclaration(options.file)
    const platform = await startPlatform({
      declaration,
      directory: resolve(options.directory),
      onExchange: (event) => process.stdout.write(`${exchangeLine(event)}\n`),
      onRequest: (record) => process.stdout.write(`${requestLine(record)}\n`),
      ...(options.anyPort ? {} : { ports: declaration.ports }),
    })
    const environment = await writeEnvironment(platform, {
      template: join('manifests', 'environments', 'local.yaml'),
    })
    process.stdout.write(welcome(platform, options.anyPort ? relative('.', environment) : 'local'))
    await stopRequested()
    process.stderr.write('• Stopping\n')
    await platform.close()
    process.stderr.write('✓ Stopped\n')
    return 0
  } catch (error) {
    const code = foreseenCode(error)
    if (code === undefined) throw error
    process.stderr.write(`✗ ${(error as Error).message}\n${code}\n`)
    return code === 'ERR_LISTEN' ? 1 : 2
  }
}

/** The code of a failure that was foreseen and says itself what to do; all but a taken port lie in the declaration. */
function foreseenCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && FORESEEN.includes(code) ? code : undefined
}

function parseOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        file: { type: 'string', default: join('local', 'platform.yaml') },
        directory: { type: 'string', default: '.local' },
        'any-port': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    return {
      file: values.file,
      directory: values.directory,
      anyPort: values['any-port'],
      help: values.help,
    }
  } catch (error) {
    return (error as Error).message
  }
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

function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
