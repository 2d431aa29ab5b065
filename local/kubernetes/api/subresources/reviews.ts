import { notImplemented } from '../../errors.ts'
import { isRecord, listAt, textAt } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import { groupVersion } from '../../resources/resource.ts'
import { TokenError } from '../../tokens.ts'
import { timestamp } from '../api.ts'
import type { Api } from '../api.ts'
import { trackUpdate } from '../../fields/track.ts'
import { isAllowed, rulesOf } from '../authorize.ts'
import type { Action } from '../authorize.ts'
import { readObject } from '../read-object.ts'
import type { Call } from '../call.ts'
import { json } from '../respond.ts'

/** The kinds that are questions: created, answered in their status, never stored. */
export async function review(api: Api, call: Call): Promise<Response> {
  const body: JsonObject = { ...(await readObject(call)) }
  const status = await answerTo(api, call, body)
  return json(
    {
      kind: call.resource.kind,
      apiVersion: groupVersion(call.resource),
      metadata: reviewed(api, call, body),
      ...(body['spec'] === undefined ? {} : { spec: body['spec'] }),
      status,
    },
    201,
  )
}

/** A review is never stored, but the fields of its question have an owner like those of any other object. */
function reviewed(api: Api, call: Call, body: JsonObject): object {
  const apiVersion = groupVersion(call.resource)
  const { kind } = call.resource
  const { metadata } = trackUpdate({
    live: undefined,
    fresh: { apiVersion, kind, metadata: {}, ...(body['spec'] ? { spec: body['spec'] } : {}) },
    shape: call.resource.shape(),
    manager: call.manager,
    apiVersion,
    subresource: '',
    now: timestamp(api),
  })
  return metadata
}

function answerTo(api: Api, call: Call, body: JsonObject): object | Promise<object> {
  const spec = isRecord(body['spec']) ? body['spec'] : {}
  switch (call.resource.kind) {
    case 'SelfSubjectAccessReview':
      return access(api, call.user, spec)
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview': {
      const groups = listAt(spec, 'groups').map(String)
      return access(api, { name: textAt(spec, 'user') ?? '', groups }, spec)
    }
    case 'SelfSubjectReview':
      return {
        userInfo: {
          username: call.user.name,
          groups: call.user.groups,
          ...(call.user.uid ? { uid: call.user.uid } : {}),
        },
      }
    case 'SelfSubjectRulesReview':
      return rules(api, call, textAt(spec, 'namespace'))
    case 'TokenReview':
      return tokenReview(api, spec)
    default:
      throw notImplemented(`${call.resource.kind} cannot be answered`)
  }
}

/** Everything the user may do in a namespace, as `kubectl auth can-i --list` shows it. */
function rules(api: Api, { user }: Call, namespace: string | undefined): object {
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }
  const isMaster = user.groups.includes('system:masters')
  const own = rulesOf(api, user, namespace)
  return {
    resourceRules: [
      ...(isMaster ? [everything] : []),
      ...own.filter((rule) => listAt(rule, 'nonResourceURLs').length === 0),
    ],
    nonResourceRules: [
      ...(isMaster ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : []),
      ...own.filter((rule) => listAt(rule, 'nonResourceURLs').length > 0),
    ],
    incomplete: false,
  }
}

function access(api: Api, user: Call['user'], spec: JsonObject): object {
  const attributes = isRecord(spec['resourceAttributes']) ? spec['resourceAttributes'] : undefined
  const path = textAt(spec, 'nonResourceAttributes', 'path')
  const verb = textAt(attributes, 'verb') ?? textAt(spec, 'nonResourceAttributes', 'verb') ?? ''
  const allowed = isAllowed(
    api,
    user,
    path === undefined ? resourceAction(attributes ?? {}, verb) : { verb, path },
  )
  return { allowed }
}

function resourceAction(attributes: JsonObject, verb: string): Action {
  const subresource = textAt(attributes, 'subresource')
  const resource = textAt(attributes, 'resource') ?? ''
  const namespace = textAt(attributes, 'namespace')
  const name = textAt(attributes, 'name')
  return {
    verb,
    group: textAt(attributes, 'group') ?? '',
    resource: subresource ? `${resource}/${subresource}` : resource,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  }
}

async function tokenReview(api: Api, spec: JsonObject): Promise<object> {
  const audiences = listAt(spec, 'audiences').map(String)
  try {
    const claims = await api.tokens.verify(
      textAt(spec, 'token') ?? '',
      audiences.length === 0 ? undefined : audiences,
    )
    const { namespace, serviceaccount } = claims['kubernetes.io']
    return {
      authenticated: true,
      user: {
        username: claims.sub,
        uid: serviceaccount.uid,
        groups: [
          'system:serviceaccounts',
          `system:serviceaccounts:${namespace}`,
          'system:authenticated',
        ],
      },
      audiences: claims.aud,
    }
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    return { user: {}, error: `[invalid bearer token, ${error.message}]` }
  }
}
