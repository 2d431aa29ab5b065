import { setTimeout as sleep } from 'node:timers/promises'
import { at, textAt } from '../../local/kubernetes/object.ts'
import type { Case, Step } from './case.ts'
import { compareAnswers } from './compare.ts'
import type { Difference } from './compare.ts'
import { createNormalizer } from './normalize.ts'
import type { Normalizer } from './normalize.ts'
import type { Answer, Target } from './target.ts'

/** Asks both servers the whole case and gives every difference between the normalised answers. */
export async function runCase(
  one: Case,
  targets: { readonly real: Target; readonly local: Target },
  namespace: string,
): Promise<readonly Difference[]> {
  const [real, local] = await Promise.all([
    answers(one, targets.real, namespace),
    answers(one, targets.local, namespace),
  ])
  return one.steps.flatMap((step, index) =>
    step.silent === true ? [] : compareAnswers(real[index], local[index], `${index + 1} `),
  )
}

/** All answers of one server, normalised. */
export async function answers(
  one: Case,
  target: Target,
  namespace: string,
): Promise<readonly unknown[]> {
  const values = new Map([['NS', namespace]])
  const normalizer = createNormalizer(namespace)
  await prepareNamespace(target, namespace)
  const results: unknown[] = []
  for (const step of one.steps) {
    const answer = await settled(step, () => send(step, target, values))
    const body = parse(answer)
    for (const [name, path] of Object.entries(step.save ?? {})) {
      values.set(name, textAt(body, ...steps(path)) ?? '')
    }
    results.push(shown(step, answer, body, normalizer))
  }
  return results
}

/** The service account `default` is a controller's work, which a bare server has not. */
async function prepareNamespace(target: Target, namespace: string): Promise<void> {
  const bodies: [string, unknown][] = [
    ['/api/v1/namespaces', { metadata: { name: namespace } }],
    [`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } }],
  ]
  for (const [path, body] of bodies) {
    const headers = { 'content-type': 'application/json' }
    const text = JSON.stringify(body)
    const answer = await target.send({
      method: 'POST',
      path,
      headers,
      body: text,
      token: undefined,
    })
    if (answer.status !== 201 && answer.status !== 409) {
      throw new Error(
        `${target.name}: POST ${path} was answered with ${answer.status}: ${answer.text}`,
      )
    }
  }
}

const SETTLE_MS = 100
const SETTLE_ATTEMPTS = 100

/** Asks again while the server is behind its own store; the last answer is the one that counts. */
async function settled(step: Step, ask: () => Promise<Answer>): Promise<Answer> {
  let answer = await ask()
  for (let attempt = 0; attempt < SETTLE_ATTEMPTS && isBehind(step, answer); attempt += 1) {
    await sleep(SETTLE_MS)
    answer = await ask()
  }
  return answer
}

/** A real server asks to wait while it prepares to store a kind that was just defined. */
function isBehind({ until }: Step, { status, text, warnings }: Answer): boolean {
  if (status === 429) return text.includes('storage is (re)initializing')
  if (until === undefined) return false
  return status !== until.status || until.says?.test([text, ...warnings].join()) === false
}

function send(step: Step, target: Target, values: ReadonlyMap<string, string>): Promise<Answer> {
  const raw = step.text ?? (step.body === undefined ? undefined : JSON.stringify(step.body))
  const headers: Record<string, string> = { ...step.headers }
  if (raw !== undefined) headers['content-type'] = step.contentType ?? 'application/json'
  if (step.accept !== undefined) headers['accept'] = step.accept
  return target.send({
    method: step.method,
    path: filled(step.path, values),
    headers,
    body: raw === undefined ? undefined : filled(raw, values),
    token: typeof step.token === 'string' ? filled(step.token, values) : step.token,
  })
}

function filled(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$([A-Za-z]\w*)/g, (whole, name: string) => values.get(name) ?? whole)
}

/** A JSON body, a stream of JSON lines (a watch), or plain text. */
function parse(answer: Answer): unknown {
  try {
    return JSON.parse(answer.text)
  } catch {
    const lines = answer.text.split('\n').filter((line) => line.trim() !== '')
    try {
      return lines.map((line): unknown => JSON.parse(line))
    } catch {
      return answer.text
    }
  }
}

function steps(path: string): (string | number)[] {
  return path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

function shown(step: Step, answer: Answer, body: unknown, normalizer: Normalizer): unknown {
  const picked =
    step.only === undefined
      ? body
      : Object.fromEntries(step.only.map((path) => [path, at(body, ...steps(path))]))
  return normalizer.value({
    status: answer.status,
    type: answer.contentType,
    warnings: answer.warnings,
    body: picked,
  })
}
