import { Agent, request as httpsRequest } from 'node:https'
import type { RequestOptions } from 'node:https'

/** A server to ask. */
export interface Target {
  readonly name: string
  send(question: Question): Promise<Answer>
  close(): Promise<void>
}

export interface Question {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Undefined: the administrator's credentials; null: none. */
  readonly token: string | null | undefined
}

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly warnings: readonly string[]
  readonly text: string
}

export interface Access {
  readonly url: string
  readonly tls: RequestOptions
  readonly token: string | undefined
}

const TIMEOUT_MS = 20_000

/** Talks to one API server over verified TLS. */
export function createTarget(name: string, access: Access, stop: () => Promise<void>): Target {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  return {
    name,
    send: (question) => send(question, access, agent),
    close: async () => {
      agent.destroy()
      await stop()
    },
  }
}

function send(question: Question, access: Access, agent: Agent): Promise<Answer> {
  const token = question.token === undefined ? access.token : question.token
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': 'conformance/1',
    ...question.headers,
    ...(token === undefined || token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(question.body === undefined
      ? {}
      : { 'content-length': String(Buffer.byteLength(question.body)) }),
  }
  return new Promise((resolve, reject) => {
    const call = httpsRequest(
      new URL(question.path, access.url),
      { ...access.tls, agent, method: question.method, headers, timeout: TIMEOUT_MS },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const warning = response.headers['warning']
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            warnings: warning === undefined ? [] : splitWarnings(warning),
            text: Buffer.concat(chunks).toString('utf8'),
          })
        })
      },
    )
    call.on('timeout', () => call.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)))
    call.on('error', reject)
    call.end(question.body)
  })
}

function splitWarnings(header: string): readonly string[] {
  return header.split(/,\s*(?=299 )/)
}
