// A log that is followed ends when the person at the terminal has seen enough.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Said } from './cluster.ts'
import { workloadFolder } from './workload-folder.ts'
import type { WorkloadFolder } from './workload-folder.ts'
import { startWorkloadPlace } from './workload-place.ts'
import type { WorkloadPlace } from './workload-place.ts'

let place: WorkloadPlace
let folder: WorkloadFolder

beforeAll(async () => {
  place = await startWorkloadPlace()
  folder = await workloadFolder(place, 'follow', [TALKS])
})
afterAll(() => place.close())

const TALKS = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'talks' },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'app', image: 'test/sh:1', args: ['echo first; sleep 300'] }],
  },
}

/** Runs the program, and presses Ctrl-C when it has printed something. */
async function followUntilLine(...args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [join('deployer', 'main.ts'), 'logs', ...args])
  const said = { stdout: '', stderr: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stdout.once('data', () => child.kill('SIGINT'))
  const code = await new Promise<number>((resolve) => {
    child.once('close', (ended) => resolve(ended ?? -1))
  })
  return { code, ...said }
}

test('who ends a followed log by hand has not failed, and a script can tell', async () => {
  const deployed = await folder.deployer('deploy', '--timeout', '50')
  expect(deployed, deployed.stderr).toMatchObject({ code: 0 })
  const [, environment = ''] = folder.options
  const ended = await followUntilLine('talks', '--follow', '--env', environment)
  expect(ended).toMatchObject({ code: 130, stdout: 'first\n' })
  expect(ended.stderr).toMatch(/^• Reading the log on .*\n✓ Stopped following; the pod goes on\n$/)
  await folder.deployer('destroy')
})
