import type { AuditRecord } from './cosmos/server.ts'
import type { ExchangeEvent } from './entra/server.ts'
import type { AdmissionEvent } from './webhook/server.ts'

/** A token exchange as one line: who asked, for what, and what Entra said. */
export function exchangeLine(event: ExchangeEvent): string {
  const { time, subject, resource, scope, outcome, tenant } = event
  const asked = resource ?? scope ?? `tenant ${tenant}`
  return `${clock(time)} entra   ${outcome.padEnd(13)} ${subject ?? '(no subject)'} for ${asked}`
}

/** A request to the account as one line: what was asked, by whom, and what Cosmos DB said. */
export function requestLine(record: AuditRecord): string {
  const { time, method, path, status, substatus, charge, principalId } = record
  const code = substatus === 0 ? String(status) : `${status}/${substatus}`
  const by = principalId === undefined ? '' : ` by ${principalId}`
  return `${clock(time)} cosmos  ${code.padEnd(13)} ${method} ${path}${by}  ${charge} RU`
}

/** A pod that asked for workload identity as one line: which, and whether it was changed or refused. */
export function admissionLine({ time, namespace, pod, denial }: AdmissionEvent): string {
  const outcome = denial === undefined ? 'changed' : 'denied'
  const why = denial === undefined ? '' : `: ${denial}`
  return `${clock(time)} webhook ${outcome.padEnd(13)} ${namespace}/${pod}${why}`
}

/** What the platform itself has to say. */
export function stateLine(time: number, line: string): string {
  return `${clock(time)} platform ${line}`
}

/** Wall-clock time, UTC; Entra's events carry text, the account's milliseconds. */
function clock(time: number | string): string {
  return new Date(time).toISOString().slice(11, 19)
}
