import { EngineError } from '../scripts/container-engine.ts'
import { SmokeError } from './smoke-error.ts'
import type { SmokeErrorCode } from './smoke-error.ts'

const CODES: Readonly<Record<EngineError['code'], SmokeErrorCode>> = {
  ERR_ENGINE_MISSING: 'ERR_TOOL_MISSING',
  ERR_ENGINE_STOPPED: 'ERR_ENGINE',
  ERR_ENGINE: 'ERR_PROGRAM',
  ERR_BASE_IMAGE: 'ERR_PROGRAM',
}

/** Waits for the container engine; its failures become the smoke test's own, and an abort the signal's reason. */
export async function fromEngine<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work
  } catch (cause) {
    signal.throwIfAborted()
    if (!(cause instanceof EngineError)) throw cause
    throw new SmokeError(CODES[cause.code], cause.message, { hint: cause.hint, cause })
  }
}
