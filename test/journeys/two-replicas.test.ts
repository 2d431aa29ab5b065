// Two workers of one Deployment write side by side, each with its own health port at its own address.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { startTestPlatform } from '../support/platform.ts'

test('a Deployment of two workers becomes ready', { timeout: 120_000 }, async () => {
  const platform = await startTestPlatform()
  try {
    const environment = parse(await readFile(platform.environment, 'utf8')) as object
    const file = join(platform.directory, 'two.yaml')
    const workload = { kind: 'Deployment', replicas: 2, intervalSeconds: 1 }
    await writeFile(file, stringify({ ...environment, workload }))
    const { code, stderr } = await platform.deployer('deploy', '--env', file, '--timeout', '100')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const { stdout } = await platform.kubectl(
      'get',
      'pods',
      '-o',
      'jsonpath={range .items[*]}{.status.podIP} {.status.containerStatuses[0].restartCount}{"\\n"}{end}',
    )
    const pods = stdout.trimEnd().split('\n')
    expect(new Set(pods).size).toBe(2)
    for (const pod of pods) expect(pod).toMatch(/^127\.[\d.]+ 0$/)
  } finally {
    await platform.close()
  }
})
