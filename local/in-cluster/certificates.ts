import { isApiError } from '../kubernetes/client.ts'
import type { KubernetesClient } from '../kubernetes/client.ts'
import { at, isRecord, listAt, textAt } from '../kubernetes/object.ts'
import type { KubeObject } from '../kubernetes/object.ts'
import { openAuthority, validFrom } from '../tls.ts'
import type { KeyPair } from '../tls.ts'
import { decodeAuthorities, encodeAuthorities, renewAuthorities, rootsOf } from './authorities.ts'
import type { Authorities } from './authorities.ts'

/** The certificate this process shows, and the roots it chains to. */
export interface Certificates {
  /** The certificate as it should be shown now. @throws {TypeError} before the first pass. */
  current(): KeyPair
  /**
   * Brings everything into line once: the authorities in the Secret, the published roots, the own certificate.
   *
   * Several processes may do it at the same time: whoever writes the Secret second is refused by its
   * resourceVersion, and takes what it finds at the next pass.
   *
   * @returns Whether `current` is another certificate now.
   * @throws {ApiError} or a system error; what was done until then stays.
   */
  pass(): Promise<boolean>
}

const SECRET = 'platform-tls'
const CONFIG_MAP = 'trust-root'
const WEBHOOK = 'keyless-platform-webhook'
const WEBHOOK_PATH = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/${WEBHOOK}`
/** Marks our writes in managedFields. */
const WRITER = { fieldManager: 'keyless-platform' }

const LEAF_LIFETIME_MS = 24 * 3_600_000

/**
 * @param options.names DNS names the certificate is for.
 * @param options.onChange Told in one line what was made, published or put back.
 */
export function createCertificates(options: {
  readonly client: () => KubernetesClient
  readonly namespace: string
  readonly names: readonly string[]
  readonly now: () => number
  readonly onChange: (line: string) => void
}): Certificates {
  const { client, names, now, onChange } = options
  const paths = {
    secret: `/api/v1/namespaces/${options.namespace}/secrets/${SECRET}`,
    configMap: `/api/v1/namespaces/${options.namespace}/configmaps/${CONFIG_MAP}`,
  }
  let leaf:
    | { readonly pair: KeyPair; readonly signer: string; readonly renewAt: number }
    | undefined

  let known: Authorities | undefined

  /** A Secret that somebody emptied or damaged gets back what this process knows: its roots are trusted already. */
  async function keptAuthorities(): Promise<Authorities> {
    const secret = await client().get(paths.secret)
    const stored = await readable(secret, onChange)
    const wanted = await renewAuthorities(stored ?? known, now())
    if (wanted !== stored) {
      await client().update(paths.secret, { ...secret, data: encodeAuthorities(wanted) }, WRITER)
      onChange(`certificate authority ${stored ? 'renewed' : 'written'} in Secret ${SECRET}`)
    }
    known = wanted
    return wanted
  }

  async function publishConfigMap(roots: string): Promise<void> {
    const configMap = await client().get(paths.configMap)
    if (textAt(configMap, 'data', 'ca.crt') === roots) return
    await client().update(paths.configMap, { ...configMap, data: { 'ca.crt': roots } }, WRITER)
    onChange(`roots published in ConfigMap ${CONFIG_MAP}`)
  }

  /** Without the configuration it is another webhook that changes pods, and nothing is to be done. */
  async function publishToWebhook(roots: string): Promise<void> {
    const live = await client()
      .get(WEBHOOK_PATH)
      .catch((error: unknown) => {
        if (isApiError(error, 404)) return undefined
        throw error
      })
    const patch = webhookPatch(live, Buffer.from(roots).toString('base64'))
    if (patch.length === 0) return
    await client().patch(WEBHOOK_PATH, 'application/json-patch+json', patch, WRITER)
    onChange(`roots put into MutatingWebhookConfiguration ${WEBHOOK}`)
  }

  async function renewLeaf({ signing }: Authorities): Promise<boolean> {
    if (leaf && leaf.signer === signing.cert && now() < leaf.renewAt) return false
    const authority = await openAuthority(signing)
    const pair = await authority.issue(names, validFrom(now(), LEAF_LIFETIME_MS))
    leaf = { pair, signer: signing.cert, renewAt: now() + LEAF_LIFETIME_MS / 2 }
    onChange(`certificate issued for ${names.length} names, for 24 h`)
    return true
  }

  return {
    current: () => {
      if (!leaf) throw new TypeError('there is no certificate before the first pass')
      return leaf.pair
    },
    pass: async () => {
      const authorities = await keptAuthorities()
      const roots = rootsOf(authorities)
      await publishConfigMap(roots)
      await publishToWebhook(roots)
      return renewLeaf(authorities)
    },
  }
}

/** What somebody has damaged counts as nothing. */
async function readable(
  secret: KubeObject,
  onChange: (line: string) => void,
): Promise<Authorities | undefined> {
  const data = secret['data']
  if (!isRecord(data)) return undefined
  try {
    return await decodeAuthorities(data as Readonly<Record<string, string>>)
  } catch {
    onChange(`Secret ${SECRET} holds no certificate authority that can be used`)
    return undefined
  }
}

/** The name is tested beside: an index may mean another entry by the time the patch arrives. */
function webhookPatch(live: KubeObject | undefined, caBundle: string): readonly object[] {
  return listAt(live, 'webhooks').flatMap((webhook, index) => {
    if (textAt(webhook, 'clientConfig', 'caBundle') === caBundle) return []
    const path = `/webhooks/${index}`
    return [
      { op: 'test', path: `${path}/name`, value: at(webhook, 'name') },
      { op: 'add', path: `${path}/clientConfig/caBundle`, value: caBundle },
    ]
  })
}
