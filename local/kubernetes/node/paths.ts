import { isAbsolute, join, normalize } from 'node:path'

/** A place in the container and where it really is; `container` is absolute, without a slash at the end. */
export interface PathMapping {
  readonly container: string
  readonly host: string
}

/**
 * The host path for a container's path, or undefined if nothing is mounted there. The longest mount wins.
 *
 * Simpler than a real kubelet: a child process has no mount namespace, so what it is *told* is rewritten instead
 * of what it sees. A path that a program has built in, or reads from a file, is not.
 */
export function hostPath(path: string, mappings: readonly PathMapping[]): string | undefined {
  if (!isAbsolute(path)) return undefined
  const clean = withoutEndSlash(normalize(path))
  const best = mappings
    .filter(({ container }) => clean === container || clean.startsWith(`${container}/`))
    .toSorted((a, b) => b.container.length - a.container.length)[0]
  return best === undefined ? undefined : join(best.host, clean.slice(best.container.length))
}

/** A variable's value: rewritten when all of it is a path at or under a mount, else as it is. */
export function hostValue(value: string, mappings: readonly PathMapping[]): string {
  return hostPath(value, mappings) ?? value
}

/** What may stand around a path in a command line: blanks, quotes, `--option=`, redirections, list separators. */
const BEFORE = `(?<=^|[\\s'"=:,;<>|&(])`
const AFTER = `(?=$|[\\s'":,;<>|&)]|/)`

/**
 * One argument: every mounted path in it, so that `--ca=/etc/ca.crt` and `sh -c 'cat /etc/ca.crt'` work too.
 * Without that a script would write `/dev/termination-log` on the machine itself.
 */
export function hostArgument(argument: string, mappings: readonly PathMapping[]): string {
  const sorted = mappings.toSorted((a, b) => b.container.length - a.container.length)
  if (sorted.length === 0) return argument
  const places = sorted.map(({ container }) => escape(container)).join('|')
  return argument.replace(
    new RegExp(`${BEFORE}(${places})${AFTER}`, 'g'),
    (match) => sorted.find(({ container }) => container === match)?.host ?? match,
  )
}

/** `mountPath` may have a slash at its end. */
export function pathMapping(container: string, host: string): PathMapping {
  return { container: withoutEndSlash(normalize(container)), host }
}

function withoutEndSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
