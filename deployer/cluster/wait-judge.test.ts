import { expect, onTestFinished, test } from 'vitest'
import type { KubeObject } from '../core/object.ts'
import { createJudge } from './wait-judge.ts'
import type { WaitWatch } from './wait-watches.ts'

const WATCH: WaitWatch = {
  kind: { apiVersion: 'batch/v1', kind: 'Job' },
  options: { namespace: 'n' },
  isOwn: true,
}

test.for([
  {
    when: 'it deletes itself when it is done',
    spec: { ttlSecondsAfterFinished: 0 },
    is: 'current',
  },
  { when: 'somebody deleted it', spec: {}, is: 'failed' },
])('a Job that succeeded and is gone, because $when, is $is', ({ spec, is }) => {
  const [one, other] = [job('one', spec), job('other', {})]
  const judge = createJudge([one, other], [one, other], { onChange() {}, onSeen() {} })
  onTestFinished(() => judge.close())
  judge.begin()
  const conditions = [{ type: 'Complete', status: 'True' }]
  const done = { ...one, status: { conditions } }
  judge.take({ type: 'present', object: done }, WATCH)
  judge.take({ type: 'gone', object: done }, WATCH)
  const [waited] = judge.result().waited
  expect(waited?.readiness.status).toBe(is)
})

test('a Job that deletes itself and was gone before it succeeded has failed', () => {
  const one = job('one', { ttlSecondsAfterFinished: 0 })
  const judge = createJudge([one], [one], { onChange() {}, onSeen() {} })
  onTestFinished(() => judge.close())
  judge.begin()
  judge.take({ type: 'gone', object: one }, WATCH)
  expect(judge.result().waited[0]?.readiness).toMatchObject({ status: 'failed', cause: 'deleted' })
})

function job(name: string, spec: object): KubeObject {
  const metadata = { name, namespace: 'n', uid: `uid-${name}` }
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec }
}
