import { at, isRecord, textAt } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { Rules } from '../resource.ts'
import { validateEvent } from '../validation/event.ts'

const fieldSelectors: NonNullable<Rules['fieldSelectors']> = {
  ...involved('kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'),
  reason: (event) => textAt(event, 'reason') ?? '',
  reportingComponent: (event) => textAt(event, 'reportingComponent') ?? '',
  source: (event) =>
    textAt(event, 'source', 'component') || (textAt(event, 'reportingComponent') ?? ''),
  type: (event) => textAt(event, 'type') ?? '',
}

function involved(...keys: readonly string[]): Record<string, (event: KubeObject) => string> {
  return Object.fromEntries(
    keys.map((key) => [
      `involvedObject.${key}`,
      (event: KubeObject) => textAt(event, 'involvedObject', key) ?? '',
    ]),
  )
}

export const eventRules: Rules = {
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
  validate: validateEvent,
  fieldSelectors,
}

/** Names that differ between `v1` and `events.k8s.io/v1`; both are stored as `v1`. */
const RENAMED: readonly (readonly [core: string, fresh: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
]

export const newEventRules: Rules = {
  ...eventRules,
  fieldSelectors: Object.fromEntries(
    Object.entries(fieldSelectors)
      .filter(([key]) => key !== 'source')
      .map(([key, read]) => [
        key
          .replace('involvedObject', 'regarding')
          .replace('reportingComponent', 'reportingController'),
        read,
      ]),
  ),
  fromStored: (event) => withoutEmpty(rename(event, 'events.k8s.io/v1', (pair) => pair)),
  toStored: (event) => rename(event, 'v1', ([core, fresh]) => [fresh, core]),
}

/** The new version leaves out what the old one shows empty. */
function withoutEmpty(event: KubeObject): KubeObject {
  const entries = Object.entries(event).filter(
    ([key, value]) => !(key.startsWith('reporting') && value === ''),
  )
  return Object.fromEntries(entries) as KubeObject
}

function rename(
  event: KubeObject,
  apiVersion: string,
  direction: (pair: readonly [string, string]) => readonly [string, string],
): KubeObject {
  const result: JsonObject = { ...event, apiVersion }
  for (const [from, to] of RENAMED.map(direction)) {
    if (!(from in event)) continue
    delete result[from]
    result[to] = at(event, from)
  }
  return isRecord(result['metadata']) ? (result as unknown as KubeObject) : event
}
