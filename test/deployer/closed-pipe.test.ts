// A reader that goes (`… | head`) neither cuts a deploy in the middle nor shows as a crash.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

/** Runs the program until the first line on stdout, and stops reading then. */
async function readOneLine(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const child = spawn(process.execPath, [join('deployer', 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.once('data', () => child.stdout.destroy())
  const code = await new Promise<number>((resolve) => {
    child.once('close', (ended) => resolve(ended ?? -1))
  })
  return { code, stderr }
}

test('a deploy goes on to its end without a reader', async () => {
  const maps = Array.from({ length: 20 }, (_, index) => configMap(`map-${index}`, { a: '1' }))
  const folder = await createFolder(cluster, ...maps)
  const ended = await readOneLine([
    'deploy',
    '--env',
    folder.file,
    '--manifests',
    folder.folder,
    '--output',
    'json',
  ])
  expect(ended).toEqual({ code: 0, stderr: '' })
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
})
