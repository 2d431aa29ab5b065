import { expect, test } from 'vitest'
import { chainMs, timeline, timelineLines } from './timeline.ts'
import type { TimedPod } from './timeline.ts'

/** As a kubelet 1.36 left it; what has no time in it is cut away. */
const POD: TimedPod = {
  metadata: { creationTimestamp: '2026-11-28T10:00:00Z' },
  status: {
    conditions: [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-28T10:00:00Z' },
      { type: 'Ready', status: 'False', lastTransitionTime: '2026-11-28T10:00:02Z' },
    ],
    containerStatuses: [{ state: { terminated: { startedAt: '2026-11-28T10:00:01Z' } } }],
  },
}

const LOG = `2026-11-28T10:00:01.412345678Z keyless-cosmos  0.1.0  pod=keyless-cosmos/demo  node=n  mode=once
2026-11-28T10:00:01.413000000Z 1/7 environment  ok    client_id=c9e4b1f2
2026-11-28T10:00:01.414000000Z 2/7 pod token    ok    iss=https://kubernetes.default.svc.cluster.local
2026-11-28T10:00:01.600000000Z 3/7 exchange     wait  AADSTS700213
2026-11-28T10:00:01.714000000Z 3/7 exchange     ok    WorkloadIdentityCredential
2026-11-28T10:00:01.715000000Z 4/7 entra token  ok    oid=63cf27a8
2026-11-28T10:00:01.755000000Z 5/7 cosmos       ok    readMetadata  db=rbacsample
2026-11-28T10:00:01.790000000Z 6/7 write        ok    201  id=7abd5ce6
2026-11-28T10:00:01.795000000Z 7/7 read back    ok    same etag
`

test('what the log tells is exact, what the cluster tells lies within its second', () => {
  expect(timeline(POD, [], LOG)).toEqual([
    { name: 'scheduled', atLeastMs: 0, atMostMs: 1_000 },
    { name: 'container started', atLeastMs: 0, atMostMs: 1_412 },
    { name: 'program started', atLeastMs: 0, atMostMs: 412 },
    { name: 'pod token read', atLeastMs: 2, atMostMs: 2 },
    { name: 'access token', atLeastMs: 301, atMostMs: 301 },
    { name: 'account read', atLeastMs: 40, atMostMs: 40 },
    { name: 'written', atLeastMs: 35, atMostMs: 35 },
    { name: 'from spec to written', atLeastMs: 790, atMostMs: 1_790 },
  ])
})

test("the scheduler's event narrows creation and scheduling", () => {
  const scheduled = { reason: 'Scheduled', eventTime: '2026-11-28T10:00:00.250000Z' }
  const links = timeline(POD, [{ reason: 'Pulled', eventTime: null }, scheduled], LOG)
  expect(links[0]).toEqual({ name: 'scheduled', atLeastMs: 0, atMostMs: 250 })
  expect(links.at(-1)).toMatchObject({ atLeastMs: 1_540, atMostMs: 1_790 })
})

test('an event without a time tells it by its name', () => {
  const scheduled = {
    reason: 'Scheduled',
    eventTime: null,
    metadata: { name: 'demo.18ec2d27c53bf2fb' },
  }
  expect(timeline(POD, [scheduled], LOG)[0]).toEqual({
    name: 'scheduled',
    atLeastMs: 0,
    atMostMs: 250,
  })
  const unnamed = { reason: 'Scheduled', eventTime: null, metadata: { name: 'demo.1' } }
  expect(timeline(POD, [unnamed], LOG)[0]).toMatchObject({ atMostMs: 1_000 })
})

test('an event of an earlier pod of that name is not taken', () => {
  const pod = { ...POD, metadata: { ...POD.metadata, uid: 'now' } }
  const earlier = {
    reason: 'Scheduled',
    eventTime: '2026-11-28T09:00:00.250000Z',
    involvedObject: { uid: 'then' },
  }
  const scheduled = {
    reason: 'Scheduled',
    eventTime: '2026-11-28T10:00:00.250000Z',
    involvedObject: { uid: 'now' },
  }
  expect(timeline(pod, [earlier, scheduled], LOG)[0]).toMatchObject({ atMostMs: 250 })
  expect(timeline(pod, [earlier], LOG)[0]).toMatchObject({ atMostMs: 1_000 })
})

test('links of a pod that did not get that far are left out', () => {
  const log = LOG.split('\n').slice(0, 4).join('\n')
  expect(timeline(POD, [], log).map(({ name }) => name)).toEqual([
    'scheduled',
    'container started',
    'program started',
    'pod token read',
  ])
})

test('the chain inside the worker is known exactly', () => {
  expect(chainMs(timeline(POD, [], LOG))).toBe(2 + 301 + 40 + 35)
})

test('durations stand below each other', () => {
  expect(timelineLines(timeline(POD, [], LOG))).toEqual([
    'scheduled             at most 1.00 s',
    'container started     at most 1.41 s',
    'program started       at most 0.41 s',
    'pod token read                0.00 s',
    'access token                  0.30 s',
    'account read                  0.04 s',
    'written                       0.04 s',
    'from spec to written     0.79–1.79 s',
  ])
})
