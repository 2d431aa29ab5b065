import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { declarationError, readDeclarationFile } from './declaration-file.ts'
import { cloudKeys, resolveCloud } from './declared-cloud.ts'
import type { Cloud } from './declared-cloud.ts'

/** What exists at start: `local/platform.yaml`, checked, with every name resolved to an id. */
export interface Declaration extends Cloud {
  readonly issuer: string
  readonly node: string
  readonly ports: Ports
  /** Image reference → command. */
  readonly images: Readonly<Record<string, readonly string[]>>
}

/** TCP ports on 127.0.0.1; 0 lets the system choose. */
export interface Ports {
  readonly kubernetes: number
  readonly entra: number
  readonly cosmos: number
}

const PROJECT = dirname(import.meta.dirname)

const port = z.int().min(0).max(65_535)

const schema = z.strictObject({
  ...cloudKeys(z.string()),
  cluster: z.strictObject({ issuer: z.url(), node: z.string().min(1) }),
  ports: z.strictObject({ kubernetes: port, entra: port, cosmos: port }),
  images: z.record(z.string().min(1), z.array(z.string()).min(1)),
})

/**
 * Reads a declaration file.
 *
 * @throws {DeclarationError} if it cannot be read, is not YAML, or any value is missing, unknown or of the wrong form.
 */
export function readDeclaration(file: string): Declaration {
  const declared = readDeclarationFile(file, schema)
  const { cloud, problems } = resolveCloud(declared)
  if (problems.length > 0) throw declarationError(file, problems)
  return {
    ...cloud,
    issuer: declared.cluster.issuer,
    node: declared.cluster.node,
    ports: declared.ports,
    images: Object.fromEntries(
      Object.entries(declared.images).map(([image, command]) => [
        image,
        command.map(onThisMachine),
      ]),
    ),
  }
}

/** `node` is the Node that runs this, and a word that names a file of the project becomes its full path. */
function onThisMachine(word: string, index: number): string {
  if (index === 0 && word === 'node') return process.execPath
  const path = join(PROJECT, word)
  return existsSync(path) ? path : word
}
