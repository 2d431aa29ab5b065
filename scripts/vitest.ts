import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How many tests of a run ended how; a file that does not load, or an error outside any test, is a failed test as well. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What failed and why, some lines of text each: `✗ FILE: TEST`, then `│ …`. `.ci/run` repeats such lines at its end. */
  readonly failures: readonly string[]
}

/** The environment variable that names the file for the reporter. */
export const REPORT_FILE = 'KEYLESS_TEST_REPORT'

/** Runs vitest to its end, with its talk on this process's streams. */
export function vitest(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Counts {
  const directory = mkdtempSync(join(tmpdir(), 'keyless-test-'))
  const file = join(directory, 'report.json')
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        join('node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--reporter=default',
        `--reporter=${join(import.meta.dirname, 'vitest-reporter.ts')}`,
        ...args,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'], env: { ...env, [REPORT_FILE]: file } },
    )
    const counts = read(file)
    return counts.failed === 0 && status !== 0 ? { ...counts, failed: 1 } : counts
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function read(file: string): Counts {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts
  } catch {
    return addUp([]) // vitest did not get as far as a report; its status tells
  }
}

/** Adds up. */
export function addUp(runs: readonly Counts[]): Counts {
  const sum = (key: 'passed' | 'failed' | 'skipped') => runs.reduce((all, one) => all + one[key], 0)
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    failures: runs.flatMap(({ failures }) => failures),
  }
}

/** What failed, and a last line which a machine can read. */
export function summary({ passed, failed, skipped, failures }: Counts): string {
  const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  return [...failures, counts].join('\n')
}
