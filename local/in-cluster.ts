import { admissionLine, exchangeLine, requestLine, stateLine } from './audit-line.ts'
import { inClusterApiServer } from './in-cluster/api-server.ts'
import { readClusterDeclaration } from './in-cluster/declaration.ts'
import { startClusterPlatform } from './in-cluster/platform.ts'

// The platform as the one program of a pod: see manifests/platform/. It has no options; what it serves is declared in
// the ConfigMap that is mounted here.
const DECLARATION = '/etc/keyless-cosmos/platform/platform.yaml'
const PORTS = { services: 443, webhook: 9443, health: 8080 }
const FORESEEN = ['ERR_LISTEN', 'ERR_DECLARATION', 'ERR_NOT_IN_CLUSTER']

// The bundle is CommonJS, which has no await at its top level.
void main()

async function main(): Promise<void> {
  process.exitCode = await run()
}

async function run(): Promise<number> {
  // Before anything else: a signal that comes while it starts must end it too.
  const stopRequested = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  try {
    const platform = await startClusterPlatform({
      declaration: readClusterDeclaration(DECLARATION),
      apiServer: inClusterApiServer(process.env),
      ports: PORTS,
      reach: 'pod',
      onExchange: (event) => say(exchangeLine(event)),
      onRequest: (record) => say(requestLine(record)),
      onAdmission: (event) => say(admissionLine(event)),
      onState: (line) => say(stateLine(Date.now(), line)),
    })
    await stopRequested
    await platform.close()
    return 0
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (typeof code !== 'string' || !FORESEEN.includes(code)) throw error
    process.stderr.write(`✗ ${(error as Error).message}\n${code}\n`)
    return code === 'ERR_LISTEN' ? 1 : 2
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
