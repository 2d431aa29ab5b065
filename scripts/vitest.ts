import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How many tests of a run ended how. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
}

/**
 * Runs vitest to its end, with its talk on this process's streams.
 *
 * @returns Its counts; a file that does not load, or an error outside any test, is one failed test as well.
 */
export function vitest(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Counts {
  const directory = mkdtempSync(join(tmpdir(), 'keyless-test-'))
  const outputFile = join(directory, 'report.json')
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        join('node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${outputFile}`,
        ...args,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'], env },
    )
    const counts = countsOf(outputFile)
    return counts.failed === 0 && status !== 0 ? { ...counts, failed: 1 } : counts
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function countsOf(file: string): Counts {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests,
    }
  } catch {
    return { passed: 0, failed: 0, skipped: 0 } // vitest did not get as far as a report; its status tells
  }
}

/** The last line of a run, which a machine can read. */
export function summary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
