import { badRequest } from '../errors.ts'
import type { StatusCause } from '../errors.ts'
import { isRecord, listAt, numberAt, textAt } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { invalidValue, notSupported } from '../resources/validation/causes.ts'
import { catalog } from '../schema/catalog.ts'
import { decode, DecodeProblem } from '../schema/decode.ts'
import { notAnObject, readJson } from './body.ts'
import type { Call } from './call.ts'
import { dryRunProblems, flag, integer, refuse } from './options.ts'
import { shown } from './shown.ts'

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

/** How a delete is to be done. */
export interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined
  /** Undefined: the object's own finalizers decide, then `defaultPropagation`. */
  readonly propagation: Propagation | undefined
  readonly defaultPropagation: Propagation
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  readonly dryRun: boolean
}

/**
 * Of the body alone if there is one; else of the query. A client that asks for a dry run in the query and sends options
 * in the body has deleted the object.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/delete.go
 */
export async function readDeleteOptions(call: Call): Promise<DeleteOptions> {
  const body = await readJson(call.request)
  return parseDeleteOptions(call, body === undefined ? optionsOfQuery(call.query) : body)
}

function optionsOfQuery(query: URLSearchParams): JsonObject {
  const grace = integer(query, 'gracePeriodSeconds')
  const policy = query.get('propagationPolicy')
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(query.has('orphanDependents') ? { orphanDependents: flag(query, 'orphanDependents') } : {}),
    dryRun: query.getAll('dryRun'),
  }
}

/**
 * DeleteOptions as they stand in a body, or in an eviction.
 *
 * @throws {StatusError} 400 for what are no DeleteOptions, 422 for options that do not go together.
 */
export function parseDeleteOptions(call: Call, raw: unknown): DeleteOptions {
  const body = decoded(raw ?? {})
  const grace = numberAt(body, 'gracePeriodSeconds')
  const asked = textAt(body, 'propagationPolicy')
  const orphan = body['orphanDependents']
  const dryRun = listAt(body, 'dryRun').map(String)
  refuse('DeleteOptions', [...propagationProblems(asked, orphan), ...dryRunProblems(dryRun)])
  return {
    // A negative time is no time to wait, and 0 would be force
    gracePeriodSeconds: grace !== undefined && grace < 0 ? 1 : grace,
    propagation: wish(asked, orphan),
    defaultPropagation: defaultPropagation(call, asked ?? orphan),
    uid: textAt(body, 'preconditions', 'uid'),
    resourceVersion: textAt(body, 'preconditions', 'resourceVersion'),
    dryRun: call.dryRun || dryRun.length > 0,
  }
}

const SCHEMA = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'

function decoded(raw: unknown): JsonObject {
  if (!isRecord(raw)) throw badRequest(notAnObject(raw))
  const { kind = 'DeleteOptions', apiVersion = 'v1' } = raw
  if (kind !== 'DeleteOptions') {
    throw badRequest(
      `no kind ${JSON.stringify(shown(kind))} is registered for version ${JSON.stringify(shown(apiVersion))} in scheme "pkg/runtime/scheme.go:111"`,
    )
  }
  const shape = catalog.shape(SCHEMA)
  try {
    return shape.kind === 'map' ? decode(raw, shape).value : raw
  } catch (error) {
    throw error instanceof DecodeProblem ? badRequest(error.message) : error
  }
}

function wish(asked: string | undefined, orphan: unknown): Propagation | undefined {
  if (orphan !== undefined) return orphan === true ? 'Orphan' : 'Background'
  return asked === 'Foreground' || asked === 'Orphan' || asked === 'Background' ? asked : undefined
}

const POLICIES = ['Foreground', 'Background', 'Orphan', 'nil']

function propagationProblems(asked: string | undefined, orphan: unknown): readonly StatusCause[] {
  const problems: StatusCause[] = []
  if (asked === undefined) return problems
  if (orphan !== undefined) {
    problems.push(
      invalidValue(
        'propagationPolicy',
        asked,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    )
  }
  if (asked === 'nil' || !POLICIES.includes(asked)) {
    problems.push(notSupported('propagationPolicy', asked, POLICIES))
  }
  return problems
}

/** `batch/v1` Jobs leave their pods behind unless told otherwise, and say so. */
function defaultPropagation({ resource, warnings }: Call, asked: unknown): Propagation {
  if (resource.plural !== 'jobs' || asked !== undefined) return 'Background'
  warnings.push(
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  )
  return 'Orphan'
}
