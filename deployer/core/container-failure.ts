import { at, isFields, numberAt, textAt } from './object.ts'
import { failed } from './readiness-result.ts'
import type { Failure } from './readiness-result.ts'

const PULL_GRACE_MS = 60_000
const NODE_GRACE_MS = 30_000
/** What this same deploy has brought is found at the kubelet's next attempt, some ten seconds after the last. */
const ARRIVAL_GRACE_MS = 30_000

/** A pull that was answered with one of these will be answered so again. */
const PULL_IS_HOPELESS =
  /not found|manifest unknown|unauthorized|authorization|denied|forbidden|no such|"localhost\/[^]*connection refused/i

/** Where a container stands that is not described by its status alone. */
export interface ContainerPlace {
  /** Its end does not start it again: nothing more will come of it. */
  readonly endsForGood: boolean
  readonly isInit: boolean
  /** Whether the object a message names was applied by this deploy. */
  readonly isExpected: (message: string) => boolean
  /** The image the object asks for now; a status may still speak of the one before. */
  readonly image?: string
}

/** Why a container will never run, or undefined while it still may. @param status An entry of `containerStatuses`. */
export function containerFailure(status: unknown, place: ContainerPlace): Failure | undefined {
  const reason = textAt(status, 'state', 'waiting', 'reason')
  const message = textAt(status, 'state', 'waiting', 'message') ?? ''
  const name = textAt(status, 'name') ?? ''
  const text = `container ${name}: ${[reason, message].filter((part) => part).join(': ')}`
  switch (reason) {
    case 'CrashLoopBackOff':
      return ended(status, place)
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      if (isOfAnotherImage(message, place.image)) return undefined
      return failed('image-pull', text, PULL_IS_HOPELESS.test(message) ? 0 : PULL_GRACE_MS)
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return failed('image-pull', text)
    case 'CreateContainerError':
    case 'RunContainerError':
      // a runtime that was too slow is the node's trouble, not the container's
      return failed(
        'container-start',
        text,
        /deadline|timed? ?out/.test(message) ? NODE_GRACE_MS : 0,
      )
    case 'CreateContainerConfigError':
      // "failed to sync configmap cache" is the kubelet racing with itself, and passes
      if (/failed to sync .* cache/.test(message)) return undefined
      return failed('container-config', text, place.isExpected(message) ? ARRIVAL_GRACE_MS : 0)
    case undefined:
      return endedAgain(status, place) ? ended(status, place) : undefined
    default:
      return undefined
  }
}

/** Whether every image a message names is another than this one, whatever registry stands before it. */
function isOfAnotherImage(message: string, image: string | undefined): boolean {
  const named = [...message.matchAll(/image "([^"]+)"/g)].map(([, name]) => name ?? '')
  const own = image?.split('/').at(-1)
  return own !== undefined && named.length > 0 && named.every((name) => !name.includes(own))
}

/** `OOMKilled`, a signal or the exit code of a `terminated` state; empty if it has none. */
export function terminated(state: unknown): string {
  const [code, signal] = [numberAt(state, 'exitCode'), numberAt(state, 'signal')]
  const reason = textAt(state, 'reason')
  if (reason === 'OOMKilled') return 'OOMKilled: it needed more memory than its limit'
  if (signal !== undefined && signal !== 0) return `ended by signal ${signal}`
  if (code !== undefined && code > 128 && code <= 128 + 64) {
    return `exit code ${code} (signal ${code - 128})`
  }
  return code === undefined ? '' : `exit code ${code}`
}

/** One bad end may be bad luck where it is started again; a second one, or one for good, is not. */
function endedAgain(status: unknown, { endsForGood }: ContainerPlace): boolean {
  if (isFields(at(status, 'state', 'running'))) return false
  const code = numberAt(status, 'state', 'terminated', 'exitCode') ?? 0
  const previous = numberAt(status, 'lastState', 'terminated', 'exitCode') ?? 0
  return endsForGood ? code !== 0 : code !== 0 && previous !== 0
}

function ended(status: unknown, { isInit, endsForGood }: ContainerPlace): Failure {
  const name = textAt(status, 'name') ?? ''
  const text = `${isInit ? 'init container' : 'container'} ${name}: ${endText(status)}`
  if (isInit) return failed('init-container', text)
  return failed(endsForGood ? 'container-ended' : 'crash-loop', text)
}

function endText(status: unknown): string {
  const restarts = numberAt(status, 'restartCount') ?? 0
  const last = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated')
  return [
    textAt(status, 'state', 'waiting', 'reason'),
    terminated(last),
    restarts === 0 ? '' : restarts === 1 ? '1 restart' : `${restarts} restarts`,
  ]
    .filter((part) => part)
    .join(', ')
}
