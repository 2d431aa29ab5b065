import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseEnvironment } from './parse-environment.ts'
import { DeployError } from './errors.ts'
import { pastedSecrets, refuseSecretArguments } from './pasted-secret.ts'

const KEY = randomBytes(64).toString('base64')

const SECRETS = [
  { what: 'an account key', text: KEY },
  { what: 'a key', text: KEY.slice(0, 86) },
  { what: 'a key', text: `${KEY.slice(0, 86)}x7/Kq2Lm` },
  { what: 'a key', text: randomBytes(32).toString('base64') },
  { what: 'a connection string', text: `AccountEndpoint=https://a.example:443/;AccountKey=short;` },
  { what: 'a client secret', text: `abc8Q~${'x'.repeat(34)}` },
  { what: 'a token', text: `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.c` },
  { what: 'a private key', text: '-----BEGIN RSA PRIVATE KEY-----' },
]

test.for(SECRETS)('$what is found by its line, as a value and in a comment', ({ what, text }) => {
  expect(pastedSecrets(`target: aks\ncosmos: { endpoint: "${text}" }\n`)).toEqual([
    { line: 2, what },
  ])
  expect(pastedSecrets(`a: 1\n\n# was: ${text}\n`)).toEqual([{ line: 3, what }])
})

test.for(SECRETS)('an environment with $what is refused without a word of it', ({ what, text }) => {
  const read = () =>
    parseEnvironment({ name: 'env.yaml', text: `target: ${text}\n  bad: [yaml\n` }, 'x')
  let error: unknown
  try {
    read()
  } catch (caught) {
    error = caught
  }
  expect(error).toBeInstanceOf(DeployError)
  const { code, message, hint } = error as DeployError
  expect({ code, message }).toEqual({
    code: 'ERR_ENVIRONMENT',
    message: `env.yaml:1: holds what looks like ${what}`,
  })
  expect(`${message}${hint}`).not.toContain(text.slice(0, 12))
  expect(hint).toContain('take it out')
})

test('digests, ids and addresses are no secrets', () => {
  const text = `image: a.azurecr.io/worker@sha256:${'0123456789abcdef'.repeat(4)}
clientId: c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27
endpoint: https://keyless-demo.documents.azure.com:443/
kubeconfig: /Users/Somebody1/Developer/projects/kubernetes/keylesscosmos/kubeconfig
`
  expect(pastedSecrets(text)).toEqual([])
})

test.for([
  { when: 'its value', args: ['plan', '--env', KEY], place: '--env' },
  { when: 'a part of it', args: ['plan', `--manifests=AccountKey=${KEY}`], place: '--manifests' },
  { when: 'no option', args: [KEY.slice(0, 50)], place: 'argument 1' },
])('an argument with a key is refused without a word of it, as $when', ({ args, place }) => {
  const refuse = () => refuseSecretArguments(args)
  expect(refuse).toThrow(
    new RegExp(`^${place}: holds what looks like (a key|an account key|a connection string)$`),
  )
  expect(() =>
    refuseSecretArguments(['logs', '--env', '../own.yaml', '--output', 'json']),
  ).not.toThrow()
})
