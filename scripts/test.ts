// `npm test [-- FILTER]`: every test, and a last line `N passed, N failed` that a machine can read.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
}

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
      ...process.argv.slice(2),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const { passed, failed, skipped } = counts()
  // A file that does not load, or an error outside any test, fails the run without a failed test.
  const failures = failed === 0 && status !== 0 ? 1 : failed
  process.stdout.write(
    `\n${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  )
  process.exitCode = status ?? 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}

function counts() {
  try {
    const report = JSON.parse(readFileSync(outputFile, 'utf8')) as Report
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests,
    }
  } catch {
    return { passed: 0, failed: 0, skipped: 0 } // vitest did not get as far as a report; its status tells
  }
}
