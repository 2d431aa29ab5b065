// @peculiar/x509 resolves its parts by decorators and asks for this polyfill first
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  AuthorityKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** A throw-away certificate authority; its key lives only in this process. */
export interface CertificateAuthority {
  /** The root certificate, PEM: what `NODE_EXTRA_CA_CERTS` or a kubeconfig must hold. */
  readonly certificate: string
  /** Issues a server certificate for these DNS names and IP addresses. */
  issue(names: readonly string[]): Promise<KeyPair>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const LIFETIME_MS = 7 * 24 * 3_600_000
const BACKDATED_MS = 3_600_000

/**
 * Makes a certificate authority that is valid for a week and starts an hour ago, so that a clock that runs
 * a little behind still accepts it.
 */
export async function createAuthority(now: number): Promise<CertificateAuthority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const validity = {
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(now + LIFETIME_MS),
  }
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=keyless-cosmos local root (throw-away)',
    ...validity,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })

  return {
    certificate: root.toString('pem'),
    issue: async (names) => {
      const leafKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
      const leaf = await X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `CN=${names[0] ?? 'localhost'}`,
        issuer: root.subject,
        ...validity,
        signingAlgorithm: ALGORITHM,
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension(
            names.map((name) => ({ type: isAddress(name) ? 'ip' : 'dns', value: name }) as const),
          ),
          await AuthorityKeyIdentifierExtension.create(root.publicKey),
        ],
      })
      const key = await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey)
      return { cert: leaf.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') }
    },
  }
}

function isAddress(name: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name) || name.includes(':')
}

function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16))
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return Buffer.from(bytes).toString('hex')
}
