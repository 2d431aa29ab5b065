import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { StoreChoice } from './open-store.ts'

export const HELP = `Usage: npm run local [-- OPTIONS]

Starts a Kubernetes cluster with one node, a Microsoft Entra token endpoint and an Azure Cosmos DB account
on 127.0.0.1, and keeps them up until Ctrl-C. What exists in them is declared in local/platform.yaml.

  --file FILE        another declaration
  --directory DIR    where kubeconfig, ca.crt and the pods' files go (default .local)
  --any-port         let the system choose the ports instead of those in the declaration; beside a platform that
                     is running, give --directory too, because each needs one of its own
  --store URL        keep the data in Microsoft's emulator at http(s)://HOST:PORT instead of in memory; this platform
                     still decides who may do what, and makes the declared databases and containers there
  --store-key-file FILE
                     the emulator's key, if it was started with another than the published one
  --store-ca FILE    certificate (PEM) an https emulator is trusted by
  --help             this text
`

/** What `npm run local` was told. */
export interface Options {
  readonly file: string
  readonly directory: string
  readonly anyPort: boolean
  readonly store: StoreChoice | undefined
  readonly help: boolean
}

/** @returns What is wrong, as one sentence, if the arguments cannot be used. */
export function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        file: { type: 'string', default: join('local', 'platform.yaml') },
        directory: { type: 'string', default: '.local' },
        'any-port': { type: 'boolean', default: false },
        store: { type: 'string' },
        'store-key-file': { type: 'string' },
        'store-ca': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    return {
      file: values.file,
      directory: values.directory,
      anyPort: values['any-port'],
      store: storeChoice(values.store, values['store-key-file'], values['store-ca']),
      help: values.help,
    }
  } catch (error) {
    return (error as Error).message
  }
}

function storeChoice(
  url: string | undefined,
  keyFile: string | undefined,
  certificateAuthorityFile: string | undefined,
): StoreChoice | undefined {
  if (url !== undefined)
    return {
      url,
      ...(keyFile !== undefined && { keyFile }),
      ...(certificateAuthorityFile !== undefined && { certificateAuthorityFile }),
    }
  if (keyFile === undefined && certificateAuthorityFile === undefined) return undefined
  throw new Error('--store-key-file and --store-ca go with --store URL')
}
