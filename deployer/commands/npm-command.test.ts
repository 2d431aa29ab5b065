import { expect, test } from 'vitest'
import { npmCommand } from './npm-command.ts'

test('the command to go on with has the options of this run', () => {
  expect(npmCommand('logs', { env: 'local' })).toBe('npm run logs -- --env local')
  expect(
    npmCommand('deploy', {
      env: '../own.yaml',
      manifests: "../it's own",
      adopt: true,
      forceConflicts: true,
      replaceAll: true,
    }),
  ).toBe(
    `npm run deploy -- --env ../own.yaml --manifests '../it'\\''s own' --adopt --force-conflicts --replace-all`,
  )
  expect(npmCommand('deploy', { env: 'kind', heal: true })).toBe(
    'npm run deploy -- --env kind --heal',
  )
})
