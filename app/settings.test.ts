import { expect, test } from 'vitest'
import { logFormat, parseSettings } from './settings.ts'
import type { Environment } from './settings.ts'
import { WorkerError } from './worker-error.ts'

const GOOD: Environment = {
  COSMOS_ENDPOINT: 'https://keyless-demo.documents.azure.com:443/',
  COSMOS_DATABASE: 'rbacsample',
  COSMOS_CONTAINER: 'data',
  POD_UID: '8f0e1d2c-0000-4000-8000-000000000001',
}

function problems(env: Environment): readonly unknown[] {
  try {
    parseSettings(env)
    return []
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error
    expect(error.verdict).toMatchObject({ code: 'ERR_SETTINGS', exitCode: 2 })
    return error.details.map(([, value]) => value)
  }
}

test('the least a pod must say is enough, and the rest has defaults', () => {
  expect(parseSettings(GOOD)).toEqual({
    endpoint: 'https://keyless-demo.documents.azure.com/',
    database: 'rbacsample',
    container: 'data',
    documentName: 'Ted Lasso',
    schedule: { mode: 'once' },
    deadlineMs: 60_000,
    pod: { uid: GOOD['POD_UID'] },
  })
})

test('interval mode listens for probes where the kubelet can reach it', () => {
  const env = { ...GOOD, WORKER_MODE: 'interval', WRITE_INTERVAL_SECONDS: '5' }
  expect(parseSettings(env).schedule).toEqual({
    mode: 'interval',
    intervalMs: 5000,
    healthHost: '0.0.0.0',
    healthPort: 8080,
  })
})

test("the tutorial's names mean the same, beside equal ones of ours too", () => {
  const env: Environment = {
    Cosmos__Uri: GOOD['COSMOS_ENDPOINT'],
    Cosmos__Db: 'rbacsample',
    COSMOS_DATABASE: 'rbacsample',
    Cosmos__Container: 'data',
    POD_UID: GOOD['POD_UID'],
  }
  expect(parseSettings(env)).toEqual(parseSettings(GOOD))
})

test('everything that is missing is reported at once', () => {
  expect(problems({})).toEqual([
    'COSMOS_ENDPOINT is not set',
    'COSMOS_DATABASE is not set',
    'COSMOS_CONTAINER is not set',
    'POD_UID is not set; take it from metadata.uid (downward API), since it makes the id',
  ])
})

test.for([
  { when: 'an empty value', env: { COSMOS_DATABASE: '' }, problem: /^COSMOS_DATABASE is not set/ },
  {
    when: 'two names that differ',
    env: { Cosmos__Db: 'other' },
    problem: /^COSMOS_DATABASE and Cosmos__Db are both set and differ/,
  },
  {
    when: 'http',
    env: { COSMOS_ENDPOINT: 'http://keyless-demo.documents.azure.com/' },
    problem: /^COSMOS_ENDPOINT must start with https:\/\/, got http:\/\//,
  },
  {
    when: 'no URL',
    env: { COSMOS_ENDPOINT: 'keyless-demo' },
    problem: /^COSMOS_ENDPOINT must look like https:.* no URL$/,
  },
  {
    when: 'a path behind the endpoint',
    env: { COSMOS_ENDPOINT: 'https://a.documents.azure.com/dbs' },
    problem: /without a user, path, query or fragment$/,
  },
  { when: 'a slash in a name', env: { COSMOS_CONTAINER: 'a/b' }, problem: /must not contain/ },
  { when: 'a space at the end', env: { COSMOS_CONTAINER: 'a ' }, problem: /not end in a space/ },
  {
    when: 'a line break at the end, as a file leaves it',
    env: { COSMOS_DATABASE: 'rbacsample\n' },
    problem: /^COSMOS_DATABASE must not end in a space or a line break$/,
  },
  { when: 'a long name', env: { COSMOS_DATABASE: 'x'.repeat(256) }, problem: /at most 255/ },
  {
    when: 'an unknown mode',
    env: { WORKER_MODE: 'twice' },
    problem: /^WORKER_MODE must be once or interval, got "twice"$/,
  },
  {
    when: 'words for a number',
    env: { DEADLINE_SECONDS: '5 min' },
    problem: /^DEADLINE_SECONDS must be a whole number from 1 to 3600, got "5 min"$/,
  },
  { when: 'zero', env: { WRITE_INTERVAL_SECONDS: '0' }, problem: /whole number from 1 to 86400/ },
  { when: 'no such port', env: { HEALTH_PORT: '65536' }, problem: /whole number from 1 to 65535/ },
  { when: 'an unknown format', env: { LOG_FORMAT: 'xml' }, problem: /^LOG_FORMAT must be text/ },
  {
    when: 'a client secret in the pod',
    env: { AZURE_CLIENT_SECRET: 'hush' },
    problem: /^AZURE_CLIENT_SECRET is set; this worker signs in by federation only/,
  },
  {
    when: 'certificate checks switched off',
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    problem: /use NODE_EXTRA_CA_CERTS$/,
  },
])('$when is one problem with one sentence', ({ env, problem }) => {
  expect(problems({ ...GOOD, ...env })).toEqual([expect.stringMatching(problem)])
})

test('a connection string is refused without a word of it', () => {
  const connection = 'AccountEndpoint=https://a.documents.azure.com/;AccountKey=c2VjcmV0;'
  const found = problems({ ...GOOD, COSMOS_ENDPOINT: connection })
  expect(found).toEqual([expect.stringMatching(/connection string with a key/)])
  expect(String(found)).not.toContain('c2VjcmV0')
})

test('the log format can be known before the settings are', () => {
  expect([{}, { LOG_FORMAT: 'json' }, { LOG_FORMAT: 'xml' }].map(logFormat)).toEqual([
    'text',
    'json',
    'text',
  ])
})
