// `npm test [-- FILTER]`: every test, and a last line `N passed, N failed` that a machine can read.
import { summary, vitest } from './vitest.ts'

const counts = vitest(process.argv.slice(2))
process.stdout.write(`\n${summary(counts)}\n`)
process.exitCode = counts.failed > 0 ? 1 : 0
