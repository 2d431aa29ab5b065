import { at, listAt, numberAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { age, humanDuration } from './age.ts'
import { containerCells, row, selectorText } from './row.ts'
import type { Cells } from './row.ts'

/** Cells of what runs pods. */
export const WORKLOAD_CELLS: Readonly<Record<string, Cells>> = {
  'apps/deployments': (one, now) => {
    const ready = `${status(one, 'readyReplicas')}/${numberAt(one, 'spec', 'replicas') ?? 0}`
    const middle = [ready, status(one, 'updatedReplicas'), status(one, 'availableReplicas')]
    return row(one, now, middle, template(one, 'spec'))
  },
  'apps/replicasets': (one, now) =>
    row(
      one,
      now,
      [
        numberAt(one, 'spec', 'replicas') ?? 0,
        status(one, 'replicas'),
        status(one, 'readyReplicas'),
      ],
      template(one, 'spec'),
    ),
  'batch/jobs': (job, now) =>
    row(job, now, [jobStatus(job), completions(job), duration(job, now)], template(job, 'spec')),
  'batch/cronjobs': (cronJob, now) =>
    row(
      cronJob,
      now,
      [
        textAt(cronJob, 'spec', 'schedule') ?? '',
        textAt(cronJob, 'spec', 'timeZone') ?? '<none>',
        at(cronJob, 'spec', 'suspend') === true ? 'True' : 'False',
        listAt(cronJob, 'status', 'active').length,
        lastSchedule(cronJob, now),
      ],
      template(cronJob, 'spec', 'jobTemplate', 'spec'),
    ),
}

function status(object: KubeObject, key: string): number {
  return numberAt(object, 'status', key) ?? 0
}

function template(object: KubeObject, ...path: readonly string[]): readonly string[] {
  const containers = listAt(object, ...path, 'template', 'spec', 'containers')
  return [...containerCells(containers), selectorText(at(object, ...path, 'selector'))]
}

/** Conditions in the order they count in. */
const JOB_CONDITIONS = [
  'Complete',
  'Failed',
  'Terminating',
  'Suspended',
  'FailureTarget',
  'SuccessCriteriaMet',
]

function jobStatus(job: KubeObject): string {
  const conditions = listAt(job, 'status', 'conditions')
  const holds = (type: string): boolean =>
    type === 'Terminating'
      ? job.metadata.deletionTimestamp !== undefined
      : conditions.some((one) => at(one, 'type') === type && at(one, 'status') === 'True')
  return JOB_CONDITIONS.find(holds) ?? 'Running'
}

function completions(job: KubeObject): string {
  const done = status(job, 'succeeded')
  const wanted = numberAt(job, 'spec', 'completions')
  if (wanted !== undefined) return `${done}/${wanted}`
  const parallelism = numberAt(job, 'spec', 'parallelism') ?? 0
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`
}

function duration(job: KubeObject, now: number): string {
  const started = textAt(job, 'status', 'startTime')
  if (started === undefined) return ''
  const ended = textAt(job, 'status', 'completionTime')
  return humanDuration((ended === undefined ? now : Date.parse(ended)) - Date.parse(started))
}

function lastSchedule(cronJob: KubeObject, now: number): string {
  const last = textAt(cronJob, 'status', 'lastScheduleTime')
  return last === undefined ? '<none>' : age(last, now)
}
