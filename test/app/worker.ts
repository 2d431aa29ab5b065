import { expect } from 'vitest'
import { run, start } from '../support/run.ts'
import type { Ended, Running } from '../support/run.ts'

/** The program under test: the sources, or the one-file build where a test asks for it. */
const SOURCE = 'app/main.ts'

/** Runs the worker to its end and holds everything it printed to the rule: no token, no assertion, no stack. */
export async function worker(
  env: Readonly<Record<string, string>>,
  program: string = SOURCE,
): Promise<Ended> {
  const ended = await run([process.execPath, program], { env })
  expectNothingSecret(ended)
  return ended
}

/** Starts the worker to be stopped later. */
export function startWorker(env: Readonly<Record<string, string>>): Running {
  return start([process.execPath, SOURCE], { env })
}

/** A JSON web token begins with eyJ, whatever it says. */
export function expectNothingSecret({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): void {
  expect(stdout).not.toMatch(/eyJ|client_assertion=|sig=[^[]/)
  expect(stderr).toBe('')
}

/** The log without what differs from run to run. */
export function lines(stdout: string): string[] {
  return stdout.trimEnd().split('\n')
}
