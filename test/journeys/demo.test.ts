import { join } from 'node:path'
import { stripVTControlCharacters, styleText } from 'node:util'
import { expect, test } from 'vitest'
import { start } from '../support/run.ts'

/** It is the whole journey, on a machine that may be busy. */
const PATIENT = { timeout: 120_000 }

test('in colours, the refusal that the demo shows is no failure of the demo', PATIENT, async () => {
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
