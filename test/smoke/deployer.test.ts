// The deployer as a part of the story: what it says of its own end is not what becomes of the run.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runDeployer } from '../../smoke/deployer.ts'
import { createVoice } from '../../smoke/voice.ts'
import { startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await startTestPlatform()
})
afterAll(() => platform.close())

test('a deploy that is interrupted does not say that what is applied stays', async () => {
  const manifests = join(platform.directory, 'waiting')
  await mkdir(manifests)
  await platform.kubectl('create', 'namespace', 'keyless-cosmos')
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'waiting' },
    spec: {
      nodeSelector: { there: 'is-none' },
      containers: [{ name: 'waiting', image: 'example.com/waiting:1' }],
    },
  }
  await writeFile(join(manifests, 'pod.yaml'), JSON.stringify(pod))
  const stop = new AbortController()
  let printed = ''
  const listen = (text: string) => {
    printed += text
    if (printed.includes('Waiting up to')) stop.abort(new Error('Ctrl-C'))
  }
  const args = ['--env', platform.environment, '--manifests', manifests] as const
  const ended = runDeployer(
    { voice: createVoice(listen, Date.now), signal: stop.signal, env: process.env },
    ['deploy', ...args],
    'show',
  )
  await expect(ended).rejects.toThrow('Ctrl-C')
  expect(printed).toContain('✓ Applied')
  expect(printed).not.toContain('Interrupted')
})
