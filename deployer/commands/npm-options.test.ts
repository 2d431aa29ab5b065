import { expect, test } from 'vitest'
import type { DeployError } from '../core/errors.ts'
import { refuseSwallowedOptions } from './npm-options.ts'

const NPM = { npm_lifecycle_event: 'destroy' }

function hintOf(args: readonly string[], env: Readonly<Record<string, string>>) {
  try {
    refuseSwallowedOptions(args, env)
    return undefined
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_USAGE' })
    return (error as DeployError).hint
  }
}

test.for([
  {
    when: 'the value was kept too',
    args: ['destroy'],
    env: { npm_config_env: 'local' },
    says: 'npm run destroy -- --env local',
  },
  {
    when: 'the value was passed on',
    args: ['plan', 'local'],
    env: { npm_config_env: 'true' },
    says: 'npm run plan -- --env local',
  },
  {
    when: 'there are several',
    args: ['deploy'],
    env: { npm_config_env: '../own.yaml', npm_config_force_conflicts: 'true' },
    says: 'npm run deploy -- --env ../own.yaml --force-conflicts',
  },
])('options that npm kept are shown where they belong when $when', ({ args, env, says }) => {
  expect(hintOf(args, { ...NPM, ...env })).toBe(`put -- before the options: ${says}`)
})

test("npm's own settings, and those of a shell without npm, are no options of ours", () => {
  expect(hintOf(['deploy', '--env', 'local'], { ...NPM, npm_config_yes: 'true' })).toBeUndefined()
  expect(hintOf(['deploy'], { npm_config_env: 'local' })).toBeUndefined()
})
