import { expect, test } from 'vitest'
import { parseKindArguments, parseSmokeArguments } from './options.ts'
import type { SmokeError } from './smoke-error.ts'

const silent = () => {}
const parse = (args: readonly string[], env = {}) => parseSmokeArguments(args, env, silent)

test('how the images get there is kept as it was typed', () => {
  const args = ['--context', 'minikube', '--load', 'minikube image load -']
  expect(parse(args)).toMatchObject({ context: 'minikube', load: 'minikube image load -' })
  expect(parse(['--context', 'aks-demo'])).not.toHaveProperty('load')
})

test.for([
  { when: 'no context is named', args: [], says: /required option '--context <name>'/ },
  {
    when: 'the store is unknown',
    args: ['--context', 'kind-demo', '--store', 'memory'],
    says: /'memory' is invalid. Allowed choices are embedded, emulator/,
  },
  {
    when: 'an option is misspelt',
    args: ['--context', 'kind-demo', '--real-webhok'],
    says: /unknown option '--real-webhok'.*\n.*--real-webhook/,
  },
  {
    when: 'it is to remove and to keep',
    args: ['--context', 'kind-demo', '--remove', '--keep'],
    says: /--remove: not together with --keep/,
  },
])('usage is refused when $when', ({ args, says }) => {
  const failure = refusal(() => parse(args))
  expect(failure.message).toMatch(says)
  expect(failure).toMatchObject({ code: 'ERR_USAGE', exitCode: 2 })
})

test('a manifest file asks for the real webhook; the variable alone only says where it is', () => {
  const context = ['--context', 'kind-demo']
  expect(parse([...context, '--real-webhook-manifest', 'w.yaml'])).toMatchObject({
    realWebhook: true,
    realWebhookManifest: 'w.yaml',
  })
  const env = { REAL_WEBHOOK_MANIFEST: 'v.yaml' }
  expect(parse(context, env)).toMatchObject({ realWebhook: false })
  expect(parse([...context, '--real-webhook'], env)).toMatchObject({
    realWebhook: true,
    realWebhookManifest: 'v.yaml',
  })
})

test.for([
  {
    words: ['--remove', '--keep'],
    hint: 'leave out --remove to run, or --keep to remove what is left',
  },
  { words: ['--nonsense'], hint: 'npm run smoke:kind -- --help tells what it takes' },
  { words: ['--name', 'Bad_Name'], hint: 'npm run smoke:kind -- --name my-smoke' },
])('$words is refused with a command to type: $hint', ({ words, hint }) => {
  expect(() => parseKindArguments(words, {}, () => {})).toThrow(
    expect.objectContaining({ code: 'ERR_USAGE', hint }),
  )
})

test('help lists every option and asks for nothing else', () => {
  const written: string[] = []
  expect(parseSmokeArguments(['--help'], {}, (text) => written.push(text))).toBe('help')
  for (const option of ['--context', '--load', '--store', '--keep', '--reuse', '--remove']) {
    expect(written.join('')).toContain(option)
  }
})

test('a kind cluster takes its node image from the environment and its name from the command line', () => {
  const env = { KIND_NODE_IMAGE: 'node:1' }
  expect(parseKindArguments(['--name', 'mine'], env, silent)).toMatchObject({
    name: 'mine',
    nodeImage: 'node:1',
  })
  expect(refusal(() => parseKindArguments(['--name', 'No!'], {}, silent)).message).toBe(
    '--name No!: expected small letters, digits, dots and dashes',
  )
})

function refusal(parse: () => unknown): SmokeError {
  try {
    parse()
  } catch (error) {
    return error as SmokeError
  }
  throw new Error('nothing was refused')
}
