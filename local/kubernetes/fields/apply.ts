import { badRequest, StatusError } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import { sameJson } from '../schema/same.ts'
import type { MapShape } from '../schema/shape.ts'
import { bare, emptyObject, ignoredFields, recordUpdate } from './changes.ts'
import { compareFields, withoutFields } from './compare.ts'
import { applyConflict, conflictsOf, conflictsOutside } from './conflicts.ts'
import type { Conflict } from './conflicts.ts'
import { EMPTY_SET, recursiveDifference, union } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { fieldsOf } from './fields-of.ts'
import { KUBECTL, lastAppliedFields, refreshLastApplied } from './last-applied.ts'
import { mergeFields } from './merge.ts'
import { decodeManagers, disown, managerId, withManager, withoutServerFields } from './managers.ts'
import type { Manager, Managers } from './managers.ts'
import { prune } from './prune.ts'
import { removeFields } from './remove.ts'
import { withManagedFields } from './track.ts'
import { typedProblems } from './typed-problems.ts'

export interface ApplyRequest {
  /** undefined if the apply creates the object. */
  readonly live: KubeObject | undefined
  /** As the client sent it: neither decoded nor defaulted, because only what it mentions is owned. */
  readonly applied: KubeObject
  readonly shape: MapShape
  readonly manager: string
  readonly force: boolean
  /** Of the endpoint, `apps/v1`. */
  readonly apiVersion: string
  /** Empty for the main resource. */
  readonly subresource: string
  /** RFC 3339 in whole seconds. */
  readonly now: string
  /** Fields this endpoint ignores: `status`, or for /status everything else; also paths such as `metadata.labels`. */
  readonly resetFields?: readonly string[]
  readonly subject: { readonly group: string; readonly resource: string; readonly name: string }
}

/**
 * Server-side apply: lays the configuration over the live object, removes what the manager applied before and nobody
 * else owns, and writes down who owns what.
 *
 * @returns The object with its managedFields; what the client wrote stands in it undecoded (nulls, unusual quantities),
 *   so decode and default it, then call `keepTimes`. An apply that changes nothing gives the live object's entries back.
 * @throws {StatusError} 409 `Conflict` when it would change fields of others and does not force, 400 for managedFields
 *   in the configuration, 500 for a configuration that does not fit the schema (the real server's code for it).
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go
 */
export function applyConfiguration(request: ApplyRequest): KubeObject {
  check(request)
  const outcome = resolve(request)
  const { applied, manager } = request
  const object = withManagedFields(outcome.object, outcome.managers)
  return manager === KUBECTL ? refreshLastApplied(object, applied) : object
}

function check({ applied, shape }: ApplyRequest): void {
  if (applied.metadata.managedFields !== undefined && applied.metadata.managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil')
  }
  const problems = typedProblems(applied, shape)
  if (problems.length === 0) return
  const text = problems.length === 1 ? problems[0] : ['errors:', ...problems].join('\n  ')
  throw new StatusError(500, '', `failed to create typed patch object (${named(applied)}): ${text}`)
}

function named({ apiVersion, kind, metadata }: KubeObject): string {
  const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}; ${version}, Kind=${kind}`
}

interface Outcome {
  readonly object: KubeObject
  readonly managers: Managers
}

interface Attempt extends Outcome {
  readonly conflicts: readonly Conflict[]
}

function resolve(request: ApplyRequest): Outcome {
  const attempt = attemptApply(request)
  if (request.force || attempt.conflicts.length === 0) return attempt
  const left = conflictsOutside(attempt.conflicts, allowedFields(request))
  if (left.length > 0) throw applyConflict(left)
  return attempt
}

function allowedFields({ live, shape, manager, apiVersion }: ApplyRequest): FieldSet {
  if (manager !== KUBECTL || live === undefined) return EMPTY_SET
  return lastAppliedFields(bare(live), shape, apiVersion)
}

/** What a forced apply gives; without force it stands only if there are no conflicts. */
function attemptApply(request: ApplyRequest): Attempt {
  const { applied, shape } = request
  const ignored = ignoredFields(request.resetFields)
  const live = request.live === undefined ? undefined : bare(request.live)
  const config = removeFields(applied, ignored, shape)
  const before = managersBefore(request)
  const applier = applierOf(request, recursiveDifference(fieldsOf(config, shape), ignored))
  const id = managerId(applier)
  const last = before.get(id)
  const managers = new Map(before).set(id, applier)
  const merged = mergeFields(live, config, shape)
  const object = pruned(merged, { last: last?.fields, managers, shape })
  const change = withoutFields(
    compareFields(live ?? emptyObject(applied, shape), object, shape),
    ignored,
  )
  const others = disown(managers, union(union(change.added, change.modified), change.removed), id)
  const time = live !== undefined && sameJson(live, object) ? last?.time : request.now
  return {
    object,
    managers: withManager(others, {
      ...applier,
      time,
      fields: withoutServerFields(applier.fields),
    }),
    conflicts: conflictsOf(managers, change, id),
  }
}

function applierOf(request: ApplyRequest, fields: FieldSet): Manager {
  const { manager, apiVersion, subresource } = request
  const name = manager === '' ? 'unknown' : manager
  return { name, operation: 'Apply', apiVersion, subresource, fields, time: undefined }
}

/** An object that was never tracked belongs to `before-first-apply`, so that the first apply can conflict at all. */
function managersBefore({ live, shape, apiVersion, subresource, now }: ApplyRequest): Managers {
  const managers = decodeManagers(live?.metadata.managedFields) ?? new Map()
  if (live === undefined || managers.size > 0) return managers
  const comparison = compareFields(emptyObject(live, shape), bare(live), shape)
  const writer: Manager = {
    name: 'before-first-apply',
    operation: 'Update',
    apiVersion,
    subresource,
    fields: EMPTY_SET,
    time: now,
  }
  return recordUpdate(managers, comparison, writer, EMPTY_SET)
}

function pruned(
  merged: unknown,
  context: { last: FieldSet | undefined; managers: Managers; shape: MapShape },
): KubeObject {
  const { last, managers, shape } = context
  if (last === undefined) return merged as KubeObject
  const owned = [...managers.values()].map(({ fields }) => fields).reduce(union, EMPTY_SET)
  return prune(merged, last, owned, shape) as KubeObject
}
