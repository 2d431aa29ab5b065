import { DeployError } from './errors.ts'
import { isFields, objectRef, subjectOf } from './object.ts'
import type { KubeObject } from './object.ts'
import { secretIn } from './pasted-secret.ts'

/**
 * What stands in an object that is no Secret and looks like one, one sentence each; never the secret.
 *
 * @returns `ConfigMap/ns/name: .data.CONNECTION holds what looks like a connection string`
 */
export function misplacedSecrets(objects: readonly KubeObject[]): readonly string[] {
  return objects
    .filter(({ kind }) => kind !== 'Secret')
    .flatMap((object) =>
      placesIn(object, '').map(
        ({ path, what }) =>
          `${subjectOf(objectRef(object))}: ${path} holds what looks like ${what}`,
      ),
    )
}

/** The worker needs no key, so that one in its objects is a mistake, whoever put it there. */
export function refuseMisplacedSecrets(objects: readonly KubeObject[]): void {
  const found = misplacedSecrets(objects)
  if (found.length === 0) return
  throw new DeployError('ERR_MANIFEST', found.join('\n'), {
    hint: 'take it out: the worker comes in without one; whoever could read the file may have it, so renew it',
  })
}

interface Place {
  readonly path: string
  readonly what: string
}

function placesIn(value: unknown, path: string): readonly Place[] {
  if (typeof value === 'string') {
    const what = secretIn(value)
    return what === undefined ? [] : [{ path, what }]
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => placesIn(item, `${path}[${index}]`))
  }
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, item]) =>
    // bytes of a file, which are random more often than secret
    key === 'binaryData' ? [] : placesIn(item, `${path}.${key}`),
  )
}
