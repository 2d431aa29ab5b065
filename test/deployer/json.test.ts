// docs/json.md is what a program is told: every event, and no field that it does not name.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ReportEvent } from '../../deployer/report/events.ts'
import { deployer, startCluster } from './cluster.ts'
import type { Said, TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

const PAGE = readFileSync('docs/json.md', 'utf8')

/** Words in code marks of the fields of each event. */
const FIELDS = new Map(
  [...PAGE.matchAll(/^\| `(\w+)` \|[^|]*\|(.*)\|$/gm)].map(([, event = '', text = '']) => [
    event,
    [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word),
  ]),
)

/** All but those that are for the eye alone; the type keeps it whole. */
const EVENTS: Readonly<Record<Exclude<ReportEvent['event'], 'subjects'>, true>> = {
  target: true,
  begin: true,
  planned: true,
  plan: true,
  object: true,
  status: true,
  healed: true,
  evidence: true,
  rendered: true,
  log: true,
  warning: true,
  done: true,
  next: true,
  error: true,
}

test('every event has its row', () => {
  expect([...FIELDS.keys()].toSorted()).toEqual(Object.keys(EVENTS).toSorted())
})

test('every cause of a failure is named', () => {
  const source = readFileSync('deployer/core/readiness-result.ts', 'utf8')
  const causes = [...source.matchAll(/^ {2}\| '([\w-]+)'$/gm)].map(([, cause = '']) => cause)
  expect(causes.length).toBeGreaterThan(10)
  for (const cause of causes) expect(PAGE).toContain(`\`${cause}\``)
})

test('no command tells a field that is not in its row', async () => {
  const folder = await createFolder(cluster, configMap('one', { a: '1' }))
  const say = (command: string, ...args: readonly string[]) =>
    folder.deployer(command, ...args, '--output', 'json')
  const map = `/api/v1/namespaces/${folder.namespace}/configmaps/one`
  const edit = (a: string) =>
    cluster.client.patch(
      map,
      'application/merge-patch+json',
      { data: { a } },
      { fieldManager: 'kubectl-edit' },
    )
  const said: Said[] = []
  for (const command of ['render', 'plan', 'deploy', 'status', 'plan'])
    said.push(await say(command))
  await edit('2')
  said.push(await say('status'), await say('plan'))
  const stop = new AbortController()
  const healing = deployer(
    ['heal', '--env', folder.file, '--manifests', folder.folder, '--output', 'json'],
    { signal: stop.signal },
  )
  while (JSON.stringify(await cluster.client.get(map)).includes('"a":"2"')) await sleep(20)
  stop.abort()
  said.push(await healing, await say('logs', 'nobody'), await say('destroy'))
  const events = said.flatMap(({ stdout }) =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly event: string }),
  )
  expect(new Set(events.map(({ event }) => event))).toEqual(
    new Set([
      'rendered',
      'target',
      'planned',
      'plan',
      'next',
      'object',
      'done',
      'status',
      'warning',
      'begin',
      'healed',
      'error',
    ]),
  )
  for (const { event, ...told } of events) {
    const known = [...(FIELDS.get(event) ?? []), 'time']
    expect(Object.keys(told).filter((key) => !known.includes(key))).toEqual([])
  }
  const planned = events.find(({ event }) => event === 'plan')
  expect(planned).toMatchObject({ counts: { create: 1 } })
})
