import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { start } from '../support/run.ts'

test('SIGTERM ends the demo with what it has started, and nothing is left', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyless-demo-test-'))
  try {
    const demo = start([process.execPath, join('scripts', 'demo.ts')], {
      env: { ...process.env, TMPDIR: folder },
    })
    await demo.said('in-progress: Running')
    demo.child.kill('SIGTERM')
    const { code, stdout, stderr } = await demo.ended
    expect(stderr).toContain('ERR_INTERRUPTED')
    expect(stdout).toContain('✗ Stopped: ')
    expect(code).toBe(130)
    expect(await readdir(folder)).toEqual([])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
