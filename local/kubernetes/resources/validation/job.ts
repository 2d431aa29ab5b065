import { asText, at, isRecord } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { sameJson } from '../../schema/same.ts'
import { matchesLabelSelector } from '../../selectors.ts'
import { parseSchedule } from '../../cron-schedule.ts'
import { IMMUTABLE, invalidValue, notSupported, required } from './causes.ts'
import { validateLabelSelector } from './selectors.ts'
import { natural, validateTemplate } from './workload.ts'

export function validateJob(job: KubeObject): readonly StatusCause[] {
  const spec = isRecord(job.spec) ? job.spec : {}
  const selector = spec['selector']
  const labels = at(spec, 'template', 'metadata', 'labels')
  const causes = [...validateJobSpec(spec, 'spec')]
  if (!isRecord(selector)) causes.push(required('spec.selector'))
  else causes.push(...validateLabelSelector(selector, 'spec.selector'), ...generated(job, selector))
  if (!matchesLabelSelector(selector, stringMap(labels))) {
    causes.push(
      invalidValue(
        'spec.template.metadata.labels',
        labels,
        '`selector` does not match template `labels`',
      ),
    )
  }
  return causes
}

const UID_LABEL = 'batch.kubernetes.io/controller-uid'

/** Unless the writer says `manualSelector`, the selector is the server's, and the writer may not add to it. */
function generated(job: KubeObject, selector: JsonObject): readonly StatusCause[] {
  if (at(job, 'spec', 'manualSelector') === true) return []
  const labels = sorted(stringMap(at(job, 'spec', 'template', 'metadata', 'labels')))
  const expected = Object.entries(generatedLabels(job)).flatMap(([key, value]) =>
    labels[key] === value
      ? []
      : [invalidValue(`spec.template.metadata.labels[${key}]`, labels, `must be '${value}'`)],
  )
  return sameJson(selector, { matchLabels: { [UID_LABEL]: job.metadata.uid } })
    ? expected
    : [...expected, invalidValue('spec.selector', selector, '`selector` not auto-generated')]
}

/** Go shows a map by its keys' order. */
function sorted(map: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** What a job's pods are found by: its uid and name, under the new and the old label. */
export function generatedLabels({ metadata }: KubeObject): Record<string, string> {
  const { uid = '', name = '' } = metadata
  return {
    [UID_LABEL]: uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
}

function validateJobSpec(spec: JsonObject, field: string): readonly StatusCause[] {
  const template = isRecord(spec['template']) ? spec['template'] : {}
  const numbers = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ]
  return [
    ...numbers.flatMap((key) => natural(spec, key, field)),
    ...choice(spec, 'completionMode', { field, choices: ['NonIndexed', 'Indexed'] }),
    ...choice(spec, 'podReplacementPolicy', { field, choices: ['Failed', 'TerminatingOrFailed'] }),
    ...validateTemplate(template, `${field}.template`),
    ...restartPolicy(
      template,
      `${field}.template.spec.restartPolicy`,
      spec['podFailurePolicy'] !== undefined,
    ),
  ]
}

function choice(
  spec: JsonObject,
  key: string,
  { field, choices }: { readonly field: string; readonly choices: readonly string[] },
): readonly StatusCause[] {
  const value = spec[key]
  if (value === undefined || choices.includes(asText(value))) return []
  return [notSupported(`${field}.${key}`, value, choices)]
}

function restartPolicy(
  template: JsonObject,
  field: string,
  neverOnly: boolean,
): readonly StatusCause[] {
  const policy = at(template, 'spec', 'restartPolicy')
  if (policy === 'Always' || policy === undefined) {
    return [required(field, 'valid values: "OnFailure", "Never"')]
  }
  if (neverOnly && policy !== 'Never') {
    return [
      invalidValue(field, policy, 'only "Never" is supported when podFailurePolicy is specified'),
    ]
  }
  return []
}

function stringMap(value: unknown): Record<string, string> {
  return isRecord(value) ? (value as Record<string, string>) : {}
}

const FIXED = [
  'completions',
  'selector',
  'template',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
]

/** A job keeps its template and its number of completions. */
export function validateJobUpdate(job: KubeObject, live: KubeObject): readonly StatusCause[] {
  return FIXED.flatMap((key) => {
    const after = at(job, 'spec', key)
    return sameJson(after, at(live, 'spec', key))
      ? []
      : [invalidValue(`spec.${key}`, after, IMMUTABLE)]
  })
}

export function validateCronJob(cronJob: KubeObject): readonly StatusCause[] {
  const spec = isRecord(cronJob.spec) ? cronJob.spec : {}
  const schedule = asText(spec['schedule'])
  const jobSpec = at(spec, 'jobTemplate', 'spec')
  const causes: StatusCause[] = []
  causes.push(...scheduleCauses(schedule), ...timeZoneCauses(spec['timeZone']))
  if (asText(cronJob.metadata.name).length > 52) {
    causes.push(
      invalidValue('metadata.name', cronJob.metadata.name, 'must be no more than 52 characters'),
    )
  }
  if (!['Allow', 'Forbid', 'Replace'].includes(asText(spec['concurrencyPolicy']))) {
    causes.push(
      notSupported('spec.concurrencyPolicy', spec['concurrencyPolicy'], [
        'Allow',
        'Forbid',
        'Replace',
      ]),
    )
  }
  return [
    ...causes,
    ...LIMITS.flatMap((key) => natural(spec, key, 'spec')),
    ...validateJobTemplate(isRecord(jobSpec) ? jobSpec : {}, 'spec.jobTemplate.spec'),
  ]
}

const LIMITS = ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit']

/** Each of its jobs gets a selector of its own. */
function validateJobTemplate(spec: JsonObject, field: string): readonly StatusCause[] {
  const { selector, manualSelector } = spec
  return [
    ...validateJobSpec(spec, field),
    ...(selector === undefined
      ? []
      : [invalidValue(`${field}.selector`, selector, '`selector` will be auto-generated')]),
    ...(manualSelector === true
      ? [notSupported(`${field}.manualSelector`, manualSelector, ['nil', 'false'])]
      : []),
  ]
}

function scheduleCauses(schedule: string): readonly StatusCause[] {
  if (schedule === '') return [required('spec.schedule')]
  const field = 'spec.schedule'
  const detail = problemOf(() => parseSchedule(schedule.replace(/^(?:CRON_)?TZ=\S+\s+/, '')))
  const causes = detail === undefined ? [] : [invalidValue(field, schedule, detail)]
  return schedule.includes('TZ')
    ? [
        ...causes,
        invalidValue(
          field,
          schedule,
          'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
        ),
      ]
    : causes
}

function timeZoneCauses(timeZone: unknown): readonly StatusCause[] {
  if (timeZone === undefined || timeZone === null) return []
  const field = 'spec.timeZone'
  const name = asText(timeZone)
  if (name === '')
    return [invalidValue(field, timeZone, 'timeZone must be nil or non-empty string')]
  if (name.toLowerCase() === 'local')
    return [
      invalidValue(
        field,
        timeZone,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ),
    ]
  return isKnownZone(name) ? [] : [invalidValue(field, timeZone, `unknown time zone ${name}`)]
}

/** Zones are files to Kubernetes: letter case counts, and an offset is no name. Node takes both. */
function isKnownZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase()
  } catch {
    return false
  }
}

function problemOf(parse: () => unknown): string | undefined {
  try {
    parse()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
