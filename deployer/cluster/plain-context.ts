import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { isFields } from '../core/object.ts'
import type { Fields } from '../core/object.ts'
import { readPlainYaml } from '../core/plain-yaml.ts'
import type { Credentials } from './credentials.ts'

/** A context that needs nothing but files: where it leads, and how its credentials are read. */
export interface PlainContext {
  /** `https://host:port`, without a trailing slash. */
  readonly server: string
  readonly read: () => Promise<Credentials>
}

/** Whatever else a cluster or user states is client-node's business. */
const CLUSTER_KEYS = [
  'server',
  'certificate-authority',
  'certificate-authority-data',
  'tls-server-name',
  'extensions',
]
const USER_KEYS = [
  'token',
  'tokenFile',
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
]

/**
 * The named context of a kubeconfig, if a token or a client certificate in it is all that it needs.
 *
 * Most kubeconfigs are like that, and client-node, which knows all the others, would cost more than the rest of a run. A
 * test compares the two.
 *
 * @param directory Where relative paths start.
 * @returns undefined for whatever is unusual or wrong, so that client-node decides, or tells.
 */
export function plainContext(
  text: string,
  name: string,
  directory: string,
): PlainContext | undefined {
  const [document, ...others] = readPlainYaml(text) ?? []
  if (document === undefined || others.length > 0) return undefined
  const [clusters, users, contexts] = [
    entriesOf(document.value['clusters'], 'cluster'),
    entriesOf(document.value['users'], 'user'),
    entriesOf(document.value['contexts'], 'context'),
  ]
  const context = contexts?.get(name)
  const cluster = textsOf(clusters?.get(context?.['cluster']), CLUSTER_KEYS)
  const user = textsOf(users?.get(context?.['user']), USER_KEYS)
  const server = cluster?.['server']?.replace(/\/$/, '') ?? ''
  if (!cluster || !user || !server.startsWith('https:') || !URL.canParse(server)) return undefined
  return { server, read: () => read(cluster, user, directory) }
}

/** The named entries of a list, the first of each name; undefined if any is not as it should be. */
function entriesOf(list: unknown, key: string): ReadonlyMap<unknown, Fields> | undefined {
  if (!Array.isArray(list)) return undefined
  const entries = new Map<unknown, Fields>()
  for (const entry of list as readonly unknown[]) {
    const [name, value] = isFields(entry) ? [entry['name'], entry[key]] : []
    if (typeof name !== 'string' || name === '' || !isWhole(key, value)) return undefined
    if (!entries.has(name)) entries.set(name, value as Fields)
  }
  return entries
}

/** What client-node would refuse the whole file for, whichever context is asked for. */
function isWhole(key: string, value: unknown): boolean {
  const needed = key === 'cluster' ? 'server' : 'cluster'
  return isFields(value) && (key === 'user' || isText(value[needed]))
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** The values of these keys, if there are no others and all are texts. */
function textsOf(
  fields: Fields | undefined,
  keys: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (!fields) return undefined
  const stated = Object.entries(fields).filter(([key]) => key !== 'extensions')
  if (!stated.every(([key, value]) => keys.includes(key) && isText(value))) return undefined
  return Object.fromEntries(stated) as Record<string, string>
}

async function read(
  cluster: Readonly<Record<string, string>>,
  user: Readonly<Record<string, string>>,
  directory: string,
): Promise<Credentials> {
  const [ca, cert, key, fresh] = await Promise.all([
    contentOf(cluster, 'certificate-authority', directory),
    contentOf(user, 'client-certificate', directory),
    contentOf(user, 'client-key', directory),
    contentOf(user, 'tokenFile', directory),
  ])
  const servername = cluster['tls-server-name']
  const token = fresh?.toString('utf8').trim() ?? user['token']
  return {
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    tls: {
      ...(servername === undefined ? {} : { servername }),
      ...(ca ? { ca } : {}),
      ...(cert ? { cert } : {}),
      ...(key ? { key } : {}),
    },
  }
}

/** As it is written there, else of the file that is named, as kubectl has it. */
async function contentOf(
  from: Readonly<Record<string, string>>,
  key: string,
  directory: string,
): Promise<Buffer | undefined> {
  const [file, data] = [from[key], from[`${key}-data`]]
  if (data !== undefined) return Buffer.from(data, 'base64')
  return file === undefined ? undefined : readFile(isAbsolute(file) ? file : join(directory, file))
}
