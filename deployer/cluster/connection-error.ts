import { DeployError } from '../core/errors.ts'

const UNTRUSTED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]

/** A connection that failed before an answer came, with what to do about it. Our own errors pass unchanged. */
export function connectionError(error: unknown, server: string): unknown {
  if (error instanceof DeployError || !(error instanceof Error)) return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (UNTRUSTED.includes(code)) {
    return tls(
      error,
      server,
      'its certificate is not signed by the authority in the kubeconfig',
      RENEW,
    )
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return tls(
      error,
      server,
      'its certificate is for another name',
      'check `server` and `tls-server-name` in the kubeconfig',
    )
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const when = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet'
    return tls(
      error,
      server,
      `its certificate ${when}`,
      `check the clock of this machine; ${RENEW}`,
    )
  }
  if (code.startsWith('ERR_OSSL_PEM') || code.startsWith('ERR_OSSL_X509')) {
    const reason = `a certificate or key in the kubeconfig cannot be used (${error.message})`
    return tls(error, server, reason, 'write the kubeconfig again')
  }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_OSSL')) {
    return tls(error, server, error.message, RENEW)
  }
  return new DeployError(
    'ERR_UNREACHABLE',
    `${server}: the API server cannot be reached: ${reasonOf(code, error)}`,
    {
      subject: server,
      hint: NEXT[code] ?? 'check the network, a proxy or VPN, and the server in the kubeconfig',
      cause: error,
    },
  )
}

const RENEW =
  'the cluster was made anew or this is not the cluster: write the kubeconfig again; verification is never switched off'

const NEXT: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'start the cluster (npm run local, kind, az aks start), or choose another environment',
  ENOTFOUND: 'the cluster may be gone, or private and out of reach from this network',
}

function tls(cause: Error, server: string, reason: string, hint: string): DeployError {
  return new DeployError('ERR_TLS', `${server}: refused to talk to the API server: ${reason}`, {
    subject: server,
    hint,
    cause,
  })
}

function reasonOf(code: string, error: Error): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there (ECONNREFUSED)'
  if (code === 'ENOTFOUND') return 'the host name is not known (ENOTFOUND)'
  if (code === 'ETIMEDOUT') return 'no answer in time (ETIMEDOUT)'
  return code === '' ? error.message : `${error.message} (${code})`
}
