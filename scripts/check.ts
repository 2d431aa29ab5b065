// `npm run check`: types, lint with the folder arrows, format, unused code. Runs all four, then sums up.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const checks = [
  { name: 'types', command: ['typescript/bin/tsc', '-p', '.'] },
  { name: 'lint', command: ['oxlint/bin/oxlint', '--deny-warnings'] },
  { name: 'format', command: ['oxfmt/bin/oxfmt', '--check', '.'] },
  { name: 'unused code', command: ['knip/bin/knip.js'] },
] as const

const failed = checks.filter(({ name, command: [file, ...args] }) => {
  const { status } = spawnSync(process.execPath, [join('node_modules', file), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  process.stderr.write(`${status === 0 ? '✓' : '✗'} ${name}\n`)
  return status !== 0
})
process.stdout.write(`${checks.length - failed.length} passed, ${failed.length} failed\n`)
process.exitCode = failed.length > 0 ? 1 : 0
