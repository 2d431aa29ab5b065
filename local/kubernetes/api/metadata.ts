import { randomUUID } from 'node:crypto'
import type { KubeObject } from '../object.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'

const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
const MAX_GENERATED_NAME = 63

/** Metadata of a new object: identity and time are the server's. */
export function born(api: Api, call: Call, { metadata }: KubeObject): KubeObject['metadata'] {
  const {
    deletionTimestamp: _1,
    deletionGracePeriodSeconds: _2,
    managedFields: _3,
    resourceVersion: _4,
    namespace: _5,
    ...others
  } = metadata
  const { selfLink: _6, ...rest } = others as typeof others & { selfLink?: string }
  return {
    ...rest,
    ...(call.resource.namespaced && call.namespace !== undefined
      ? { namespace: call.namespace }
      : {}),
    uid: randomUUID(),
    creationTimestamp: timestamp(api),
  }
}

/** Metadata of an update: the writer's labels, annotations, owners and finalizers; the rest is the server's. */
export function kept(live: KubeObject, { metadata }: KubeObject): KubeObject['metadata'] {
  const {
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    generateName,
    namespace,
    resourceVersion,
  } = live.metadata
  const {
    managedFields: _1,
    deletionTimestamp: _2,
    deletionGracePeriodSeconds: _3,
    generation: _4,
    resourceVersion: _5,
    ...rest
  } = metadata
  return {
    ...rest,
    ...(uid === undefined ? {} : { uid }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(generateName === undefined ? {} : { generateName }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(generation === undefined ? {} : { generation }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  }
}

/** A name made from `generateName`: five random letters after the prefix. */
export function generateName({ metadata }: KubeObject): string {
  const prefix = (metadata.generateName ?? '').slice(0, MAX_GENERATED_NAME - 5)
  if (prefix === '') return ''
  const letters = Array.from(
    { length: 5 },
    () => NAME_LETTERS[Math.floor(Math.random() * NAME_LETTERS.length)],
  )
  return `${prefix}${letters.join('')}`
}
