import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { REPORT_FILE, addUp } from './vitest.ts'
import type { Counts } from './vitest.ts'

const MOST_LINES = 20

/** Writes what a run came to into the file that the environment names: a run's output may be cut, its end is not. */
export default class VitestReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env[REPORT_FILE]
    if (file === undefined) throw new Error(`${REPORT_FILE} names no file`)
    const outside = unhandled.map((error) => failure('outside any test', [error]))
    const counts = addUp([...modules.map(countsOf), failed(outside)])
    writeFileSync(file, JSON.stringify(counts))
  }
}

function countsOf(module: TestModule): Counts {
  const tests = [...module.children.allTests()]
  const file = relative(process.cwd(), module.moduleId)
  const broken = [module, ...module.children.allSuites()]
    .filter((one) => one.errors().length > 0)
    .map((one) => failure('fullName' in one ? `${file}: ${one.fullName}` : file, one.errors()))
  const wrong = tests.flatMap((test) => {
    const { state, errors } = test.result()
    return state === 'failed' ? [failure(`${file}: ${test.fullName}`, errors)] : []
  })
  const passed = tests.filter((test) => test.result().state === 'passed').length
  return addUp([
    failed([...broken, ...wrong]),
    { passed, failed: 0, skipped: tests.length - passed - wrong.length, failures: [] },
  ])
}

function failed(failures: readonly string[]): Counts {
  return { passed: 0, failed: failures.length, skipped: 0, failures }
}

/** A cross with what failed, and why behind bars. */
function failure(what: string, errors: readonly SerializedError[]): string {
  const why = errors.flatMap(({ message, diff, stacks }) => [
    ...(typeof diff === 'string' ? diff : message).split('\n'),
    ...(stacks ?? [])
      .slice(0, 1)
      .map(({ file, line }) => `at ${relative(process.cwd(), file)}:${line}`),
  ])
  const shown = why.length > MOST_LINES ? [...why.slice(0, MOST_LINES), '…'] : why
  return [`✗ ${what}`, ...shown.map((line) => `│ ${stripVTControlCharacters(line)}`)].join('\n')
}
