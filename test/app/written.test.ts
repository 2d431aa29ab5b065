import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChain } from './chain.ts'
import type { Chain } from './chain.ts'
import { lines, worker } from './worker.ts'

let chain: Chain
beforeAll(async () => {
  chain = await startChain()
})
afterAll(() => chain.close())

const UUID = '[0-9a-f-]{36}'

test('the log tells every link from the label to the document, and ends in one line', async () => {
  const { code, stdout } = await worker(chain.env())
  expect(lines(stdout)).toEqual(
    [
      `^keyless-cosmos  0\\.1\\.0  pod=keyless-cosmos/demo  node=local-node  mode=once$`,
      `^1/7 environment  ok    client_id=c9e4b1f2\\S+  tenant=5a3f0c6e\\S+  token_file=/\\S+$`,
      `^2/7 pod token    ok    iss=https://kubernetes\\S+  sub=system:serviceaccount:keyless-cosmos:worker  aud=api://AzureADTokenExchange  exp=\\+60m$`,
      `^3/7 exchange     ok    WorkloadIdentityCredential -> ${chain.entraUrl}/  scope=${chain.cosmosUrl}/.default  took=\\d+ms$`,
      `^4/7 entra token  ok    oid=63cf27a8\\S+  appid=c9e4b1f2\\S+  tid=5a3f0c6e\\S+  aud=${chain.cosmosUrl}  lifetime=\\d+m$`,
      `^5/7 cosmos       ok    readMetadata  db=rbacsample  container=data  pk=/partitionKey$`,
      `^6/7 write        ok    201  id=${UUID}  name="Ted Lasso"  ru=[\\d.]+  activity=${UUID}$`,
      `^7/7 read back    ok    same etag  ru=[\\d.]+  activity=${UUID}$`,
      `^DONE  1 document written without a key  id=${UUID}  took=[\\d.]+s  exit=0$`,
    ].map((line) => expect.stringMatching(new RegExp(line))),
  )
  expect(code).toBe(0)
})

test('a restarted container finds its document and writes no second one', async () => {
  const env = chain.env({ DOCUMENT_NAME: 'Roy Kent' })
  const first = await worker(env)
  const second = await worker(env)
  expect(second.code).toBe(0)
  expect(first.stdout).toContain('6/7 write        ok    201')
  expect(second.stdout).toContain('6/7 write        ok    409  already written by an earlier start')
  expect(second.stdout).toContain('7/7 read back    ok    same id, written at ')
  const ids = [first, second].map(({ stdout }) => /DONE .* id=(\S+)/.exec(stdout)?.[1])
  expect(ids[0]).toBe(ids[1])
})

test('LOG_FORMAT=json says the same, one event per line', async () => {
  const { stdout } = await worker(chain.env({ LOG_FORMAT: 'json' }))
  const events = lines(stdout).map((line): unknown => JSON.parse(line))
  expect(events).toHaveLength(9)
  expect(events[6]).toEqual({
    ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    level: 'info',
    step: 'write',
    status: 'ok',
    code: '201',
    id: expect.stringMatching(UUID),
    name: '"Ted Lasso"',
    ru: expect.any(Number),
    activity: expect.stringMatching(UUID),
  })
  expect(events[8]).toMatchObject({ status: 'done', exit: 0 })
})

test('the termination message says what was written', async () => {
  const path = join(chain.directory, 'termination-log')
  await writeFile(path, 'of an earlier container')
  await worker(chain.env({ TERMINATION_MESSAGE_PATH: path }))
  expect(await readFile(path, 'utf8')).toMatch(
    new RegExp(`^exit 0: 1 document written without a key, id ${UUID}\n$`),
  )
})

test('a termination message that cannot be left changes nothing about the write', async () => {
  const { code, stdout } = await worker(chain.env({ TERMINATION_MESSAGE_PATH: '/nowhere/log' }))
  expect(code).toBe(0)
  expect(stdout).toContain('ERR_TERMINATION_MESSAGE')
})

test('an account the tenant does not know by name is reached through the shared resource', async () => {
  chain.entra = { ...chain.entra, resources: ['https://cosmos.azure.com'] }
  const { code, stdout } = await worker(chain.env())
  chain.heal()
  expect(stdout).toContain('scope=https://cosmos.azure.com/.default')
  expect(stdout).toContain('aud=https://cosmos.azure.com')
  expect(code).toBe(0)
})

test('the names of the tutorial do the same', async () => {
  const { COSMOS_ENDPOINT, COSMOS_DATABASE, COSMOS_CONTAINER, ...env } = chain.env()
  const { code } = await worker({
    ...env,
    Cosmos__Uri: COSMOS_ENDPOINT ?? '',
    Cosmos__Db: COSMOS_DATABASE ?? '',
    Cosmos__Container: COSMOS_CONTAINER ?? '',
  })
  expect(code).toBe(0)
})
