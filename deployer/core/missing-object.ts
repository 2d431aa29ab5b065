import type { KubeObject } from './object.ts'

const MISSING = /\b(configmap|secret)s? "([^"]+)" not found/i
/** The kubelet's own words while its cache has not seen the object. */
const NOT_REGISTERED = /object "([^"/]+)"\/"([^"]+)" not registered/

/** Whether a message says that a config map or secret is missing. */
export function isObjectMissing(message: string): boolean {
  return MISSING.test(message) || NOT_REGISTERED.test(message)
}

/** Tells of a message whether the object it calls missing is one of these, which were just applied. */
export function isAmong(objects: readonly KubeObject[]): (message: string) => boolean {
  const applied = new Set(
    objects.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`),
  )
  return (message) => {
    const [, kind, name] = MISSING.exec(message) ?? []
    if (kind !== undefined) return applied.has(`${kind.toLowerCase()}/${name}`)
    const [, , unregistered] = NOT_REGISTERED.exec(message) ?? []
    return applied.has(`configmap/${unregistered}`) || applied.has(`secret/${unregistered}`)
  }
}
