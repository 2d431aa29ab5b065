// `npm run test:image`: builds the images with the container engine of this machine, and looks at what is in them. On base
// images made here, unless BUILD_BASE and RUNTIME_BASE name others. Ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { engineProblem } from '../../scripts/container-engine.ts'
import { makeBaseImages } from '../support/base-image.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<number> {
  const problem = await engineProblem()
  if (problem !== undefined) {
    const [what] = problem.message.split('\n')
    process.stdout.write(
      `images are not tested here: ${what}; ${problem.hint}\n\n0 passed, 0 failed\n`,
    )
    return 0
  }
  const { BUILD_BASE, RUNTIME_BASE } = process.env
  const bases = BUILD_BASE && RUNTIME_BASE ? { BUILD_BASE, RUNTIME_BASE } : await makeBaseImages()
  const { status } = spawnSync(
    process.execPath,
    [join('scripts', 'test.ts'), 'test/image/', ...words],
    { stdio: 'inherit', env: { ...process.env, ...bases, IMAGE_TESTS: '1' } },
  )
  return status ?? 1
}
