import { isRecord, numberAt } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { Rules } from '../resource.ts'
import {
  generatedLabels,
  validateCronJob,
  validateJob,
  validateJobUpdate,
} from '../validation/job.ts'
import { validateJobStatus } from '../validation/job-status.ts'
import { ensure, record, setDefault } from './edit.ts'
import { defaultPodSpec } from './pod-defaults.ts'
import { defaultTemplate, keepStatus, resetStatus } from './workloads.ts'

const MAX_INT32 = 0x7fff_ffff

export const jobRules: Rules = {
  generation: true,
  defaults: (job) => {
    defaultJobSpec(ensure(job, 'spec'))
    defaultTemplate(job)
    const template = record(ensure(job, 'spec'), 'template')
    const labels =
      template === undefined ? undefined : record(ensure(template, 'metadata'), 'labels')
    if (labels !== undefined && Object.keys(job.metadata.labels ?? {}).length === 0) {
      job.metadata.labels = { ...labels } as Record<string, string>
    }
  },
  prepareCreate: (job) => {
    resetStatus(job)
    if (record(job, 'spec')?.['manualSelector'] !== true) generateSelector(job)
  },
  prepareUpdate: keepStatus,
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  validateStatus: validateJobStatus,
  fieldSelectors: {
    'status.successful': (job) => String(numberAt(job, 'status', 'succeeded') ?? 0),
  },
}

function defaultJobSpec(spec: JsonObject): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined)
    spec['completions'] = 1
  setDefault(spec, 'parallelism', 1)
  setDefault(spec, 'backoffLimit', spec['backoffLimitPerIndex'] === undefined ? 6 : MAX_INT32)
  setDefault(spec, 'completionMode', 'NonIndexed')
  setDefault(spec, 'suspend', false)
  const replaced = spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed'
  setDefault(spec, 'podReplacementPolicy', replaced)
  setDefault(spec, 'manualSelector', false)
}

/** Labels that the writer has set already stay, to be refused if they are others. */
function generateSelector(job: KubeObject): void {
  const spec = ensure(job, 'spec')
  const uid = job.metadata.uid ?? ''
  const template = ensure(spec, 'template')
  const metadata = ensure(template, 'metadata')
  const labels = ensure(metadata, 'labels')
  for (const [key, value] of Object.entries(generatedLabels(job))) labels[key] ??= value
  const selector = ensure(spec, 'selector')
  const matchLabels = isRecord(selector['matchLabels']) ? selector['matchLabels'] : {}
  selector['matchLabels'] = { ...matchLabels, 'batch.kubernetes.io/controller-uid': uid }
}

export const cronJobRules: Rules = {
  generation: true,
  defaults: (cronJob) => {
    const spec = ensure(cronJob, 'spec')
    setDefault(spec, 'concurrencyPolicy', 'Allow')
    setDefault(spec, 'suspend', false)
    setDefault(spec, 'successfulJobsHistoryLimit', 3)
    setDefault(spec, 'failedJobsHistoryLimit', 1)
    const jobTemplate = record(spec, 'jobTemplate')
    const jobSpec = jobTemplate === undefined ? undefined : record(jobTemplate, 'spec')
    const template = jobSpec === undefined ? undefined : record(jobSpec, 'template')
    if (template !== undefined) defaultPodSpec(ensure(template, 'spec'))
  },
  prepareCreate: resetStatus,
  prepareUpdate: keepStatus,
  validate: validateCronJob,
}
