import { badRequest, conflict, invalid, notFound } from '../../errors.ts'
import { isRecord, numberAt, textAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import { structShape } from '../../resources/builtin.ts'
import { trackUpdate } from '../../fields/track.ts'
import type { TokenRef } from '../../tokens.ts'
import { lookup, timestamp } from '../api.ts'
import type { Api } from '../api.ts'
import { readRecord } from '../body.ts'
import type { Call } from '../call.ts'
import { liveObject } from '../read.ts'
import { json } from '../respond.ts'
import { shown } from '../shown.ts'

/** `serviceaccounts/token`: TokenRequest, optionally bound to a pod or a secret of the same namespace. */
export async function requestToken(api: Api, call: Call): Promise<Response> {
  const account = liveObject(api, call)
  const body = await readRecord(call.request)
  if (body['kind'] !== undefined && body['kind'] !== 'TokenRequest') {
    throw badRequest(`expected a TokenRequest, got ${shown(body['kind'])}`)
  }
  const spec = isRecord(body['spec']) ? body['spec'] : {}
  const audiences = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : []
  const namespace = call.namespace ?? ''
  const issued = await api.tokens.issue({
    namespace,
    serviceAccount: refOf(account),
    ...(audiences.length === 0 ? {} : { audiences }),
    expirationSeconds: numberAt(spec, 'expirationSeconds'),
    ...bound(api, namespace, spec['boundObjectRef'], account),
  })
  return json(
    {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        ...reviewed(api, call, spec),
        name: account.metadata.name,
        namespace,
        ...(account.metadata.uid === undefined ? {} : { uid: account.metadata.uid }),
        creationTimestamp: timestamp(api),
      },
      spec: {
        audiences: issued.audiences,
        expirationSeconds: issued.expirationSeconds,
        boundObjectRef: spec['boundObjectRef'] ?? null,
      },
      status: { token: issued.token, expirationTimestamp: issued.expirationTimestamp },
    },
    201,
  )
}

/** A TokenRequest is never stored, but its fields have an owner like those of any other object. */
function reviewed(api: Api, call: Call, spec: object): object {
  const apiVersion = 'authentication.k8s.io/v1'
  const { metadata } = trackUpdate({
    live: undefined,
    fresh: { apiVersion, kind: 'TokenRequest', metadata: {}, spec },
    shape: structShape('io.k8s.api.authentication.v1.TokenRequest'),
    manager: call.manager,
    apiVersion,
    subresource: 'token',
    now: timestamp(api),
  })
  return metadata
}

function bound(
  api: Api,
  namespace: string,
  reference: unknown,
  account: KubeObject,
): { pod?: TokenRef; node?: TokenRef; secret?: TokenRef } {
  if (!isRecord(reference)) return {}
  const kind = textAt(reference, 'kind')
  const name = textAt(reference, 'name') ?? ''
  if (kind !== 'Pod' && kind !== 'Secret') {
    throw invalid(
      { group: 'authentication.k8s.io', kind: 'TokenRequest', name: account.metadata.name ?? '' },
      [
        {
          reason: 'FieldValueNotSupported',
          message: `Unsupported value: ${JSON.stringify(kind)}: supported values: "Pod", "Secret"`,
          field: 'spec.boundObjectRef.kind',
        },
      ],
    )
  }
  const resource = kind === 'Pod' ? 'pods' : 'secrets'
  const object = lookup(api, resource, namespace, name)
  if (!object) throw notFound({ resource, name })
  const uid = textAt(reference, 'uid')
  if (uid !== undefined && uid !== '' && uid !== object.metadata.uid) {
    throw conflict(
      { resource, name },
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  if (kind === 'Secret') return { secret: refOf(object) }
  const used = textAt(object, 'spec', 'serviceAccountName')
  if (used !== account.metadata.name) {
    throw badRequest(
      `cannot bind token for serviceaccount "${account.metadata.name}" to pod running with different serviceaccount name.`,
    )
  }
  const nodeName = textAt(object, 'spec', 'nodeName')
  const node = nodeName ? lookup(api, 'nodes', '', nodeName) : undefined
  return { pod: refOf(object), ...(node ? { node: refOf(node) } : {}) }
}

function refOf({ metadata }: KubeObject): TokenRef {
  return { name: metadata.name ?? '', uid: metadata.uid ?? '' }
}
