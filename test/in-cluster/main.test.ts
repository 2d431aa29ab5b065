import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../support/run.ts'

test('outside a pod it says what is missing', async () => {
  const { code, stdout, stderr } = await run([process.execPath, join('local', 'in-cluster.ts')])
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: '✗ /etc/keyless-cosmos/platform/platform.yaml: cannot be read\nERR_DECLARATION\n',
  })
})
