// @peculiar/x509 resolves its parts by decorators and asks for this polyfill first
import 'reflect-metadata'
import { createPrivateKey, webcrypto, X509Certificate as NodeCertificate } from 'node:crypto'
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
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** A throw-away certificate authority. */
export interface CertificateAuthority {
  /** The root certificate, PEM: what `NODE_EXTRA_CA_CERTS` or a kubeconfig must hold. */
  readonly certificate: string
  /** Issues a server certificate for these DNS names and IP addresses, as long valid as the root if not told otherwise. */
  issue(names: readonly string[], validity?: Validity): Promise<KeyPair>
}

/** When a certificate begins and ends. */
export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const LIFETIME_MS = 7 * 24 * 3_600_000
const BACKDATED_MS = 3_600_000

/** A certificate authority that is valid for a week and whose key lives only in this process. */
export async function createAuthority(now: number): Promise<CertificateAuthority> {
  return openAuthority(await makeAuthority(validFrom(now, LIFETIME_MS)))
}

/** Starts an hour ago, so that a clock that runs a little behind still accepts it. */
export function validFrom(now: number, lifetimeMs: number): Validity {
  return { notBefore: new Date(now - BACKDATED_MS), notAfter: new Date(now + lifetimeMs) }
}

/** Makes a root certificate and its key, for whoever keeps them. */
export async function makeAuthority(validity: Validity): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
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
  return { cert: root.toString('pem'), key: await exportedKey(keys.privateKey) }
}

/**
 * Takes up a certificate authority that was made before.
 *
 * @throws If the certificate or the key is none, or they do not belong together.
 */
export async function openAuthority({ cert, key }: KeyPair): Promise<CertificateAuthority> {
  const root = new X509Certificate(cert)
  const signingKey = await importedKey(key)
  if (!new NodeCertificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new TypeError('the private key does not belong to the certificate')
  return {
    certificate: root.toString('pem'),
    issue: async (names, validity = root) => {
      const leafKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
      const leaf = await X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `CN=${commonName(names)}`,
        issuer: root.subject,
        notBefore: validity.notBefore,
        notAfter: validity.notAfter,
        signingAlgorithm: ALGORITHM,
        publicKey: leafKeys.publicKey,
        signingKey,
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
      return { cert: leaf.toString('pem'), key: await exportedKey(leafKeys.privateKey) }
    },
  }
}

async function exportedKey(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function importedKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
}

/** A common name holds 64 characters at most; it is only for show, what counts are the alternative names. */
function commonName([name = 'localhost']: readonly string[]): string {
  return name.slice(0, 64)
}

function isAddress(name: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name) || name.includes(':')
}

function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16))
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return Buffer.from(bytes).toString('hex')
}
