import type { Environment } from './environment.ts'
import { shellWord } from './shell-word.ts'

/** As the worker and OpenSSL say it. */
const UNTRUSTED =
  /not signed by an authority this pod trusts|UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT/

/** The authority that an environment names, and how its file is written. */
export interface NamedTrustRoot {
  readonly file: string
  /** A command, or what else writes it. */
  readonly writtenBy: string
}

/**
 * The authority of the stand-ins on this machine that the worker's pod is given.
 *
 * @param file Absolute path of `trustRoot.caFile`.
 */
export function namedTrustRoot({ target, cosmos }: Environment, file: string): NamedTrustRoot {
  const [, namespace] = /^[\w-]+\.([\w-]+)\.svc\b/.exec(new URL(cosmos.endpoint).hostname) ?? []
  const writtenBy =
    target === 'kind' && namespace !== undefined
      ? String.raw`kubectl get configmap trust-root --namespace ${namespace} --output jsonpath='{.data.ca\.crt}' > ${shellWord(file)}`
      : 'npm run local writes it'
  return { file, writtenBy }
}

/**
 * What to do about a certificate that the pod does not trust although it was given an authority: the endpoint has another
 * one since, as after its Secret was made anew.
 *
 * @param texts What the pod said.
 * @returns undefined if it is about something else.
 */
export function staleTrustRootHint(
  root: NamedTrustRoot | undefined,
  texts: readonly string[],
): string | undefined {
  if (root === undefined || !texts.some((text) => UNTRUSTED.test(text))) return undefined
  return `the pod trusts what trustRoot.caFile names (${root.file}), and the endpoint's certificate is signed by another authority, as after it was renewed: write that file anew: ${root.writtenBy}; then deploy again`
}
