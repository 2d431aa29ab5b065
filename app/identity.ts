import { PUBLIC_AUTHORITY } from './authority.ts'
import { settingsError } from './settings.ts'
import type { Environment } from './settings.ts'
import { WorkerError } from './worker-error.ts'

/** What the workload-identity webhook put into this container. */
export interface Identity {
  readonly clientId: string
  readonly tenantId: string
  readonly tokenFile: string
  /** With a slash at the end. */
  readonly authorityHost: string
  /** The credential the SDK will use, in its own words. */
  readonly credentialName: string
}

/**
 * The identity injected into this pod, from the environment alone.
 *
 * @throws {WorkerError} ERR_NOT_INJECTED, saying which of label, annotation and webhook is the likely cause,
 *   ERR_TENANT_ID, or ERR_SETTINGS for an authority that is not https.
 * @see https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html
 */
export function injectedIdentity(env: Environment): Identity {
  const missing = (
    ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_FEDERATED_TOKEN_FILE'] as const
  ).filter((name) => !env[name])
  if (missing.length > 0) throw notInjected(missing)
  const tenantId = env['AZURE_TENANT_ID'] ?? ''
  if (!TENANT_ID.test(tenantId)) throw wrongTenantId(tenantId)
  return {
    clientId: env['AZURE_CLIENT_ID'] ?? '',
    tenantId,
    tokenFile: env['AZURE_FEDERATED_TOKEN_FILE'] ?? '',
    authorityHost: authorityHost(env),
    credentialName: env['AZURE_TOKEN_CREDENTIALS'] || 'DefaultAzureCredential',
  }
}

/** The SDK leaves a credential out without a word when the tenant has any other character. */
const TENANT_ID = /^[0-9a-zA-Z-.]+$/

function wrongTenantId(tenantId: string): WorkerError {
  return new WorkerError({
    code: 'ERR_TENANT_ID',
    exitCode: 2,
    what: `AZURE_TENANT_ID is neither a tenant's id nor a domain: ${JSON.stringify(tenantId.slice(0, 100))}`,
    fix: "correct the azure.workload.identity/tenant-id annotation of the ServiceAccount, or the webhook's own tenant, and create the pod again",
  })
}

function notInjected(missing: readonly string[]): WorkerError {
  return new WorkerError(
    {
      code: 'ERR_NOT_INJECTED',
      exitCode: 20,
      what: `the workload-identity webhook did not set ${missing.join(', ')}`,
      fix: fixFor(missing),
    },
    { details: [['missing', missing.join(', ')]] },
  )
}

/** The webhook sets all of them or leaves out the one whose source is missing, which tells the cause. */
function fixFor(missing: readonly string[]): string {
  if (missing.length === 1 && missing[0] === 'AZURE_CLIENT_ID') {
    return "annotate the pod's ServiceAccount with azure.workload.identity/client-id and create the pod again"
  }
  if (missing.length === 1 && missing[0] === 'AZURE_TENANT_ID') {
    return 'remove the empty azure.workload.identity/tenant-id annotation of the ServiceAccount, or give the webhook its tenant'
  }
  return (
    'label the pod (for a Deployment or Job: its pod template) azure.workload.identity/use: "true", ' +
    'check that the webhook runs and that skip-containers does not name this one, and create the pod again'
  )
}

function authorityHost(env: Environment): string {
  const value = env['AZURE_AUTHORITY_HOST'] || PUBLIC_AUTHORITY
  // The SDK drops a credential whose authority is http without a word: say it here.
  if (!URL.canParse(value) || new URL(value).protocol !== 'https:') {
    throw settingsError(['AZURE_AUTHORITY_HOST must start with https://'])
  }
  return value.endsWith('/') ? value : `${value}/`
}
