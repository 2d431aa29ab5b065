import { join } from 'node:path'
import { stripVTControlCharacters, styleText } from 'node:util'
import { expect, test } from 'vitest'
import { start } from '../support/run.ts'

test('in colours, the refusal that the demo shows does not look like a failure of the demo', async () => {
  const demo = start([process.execPath, join('scripts', 'demo.ts')], {
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: '1' },
  })
  const { code, stdout, stderr } = await demo.ended
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('ERR_OBJECT_FAILED')
  const [red = ''] = styleText('red', '|', { validateStream: false }).split('|')
  expect(`${stdout}${stderr}`).not.toContain(red)
  expect(stripVTControlCharacters(stdout)).toContain('✓ Refused, as it must be')
  expect(stderr).not.toContain('Warning')
})
