import { DeployError } from '../core/errors.ts'
import { secretIn } from '../core/pasted-secret.ts'

/** Our options, as far as npm has none of the same name (it has `yes`, `verbose`, `help`). */
const WITH_VALUE = [
  'env',
  'manifests',
  'context',
  'output',
  'timeout',
  'lease',
  'container',
  'tail',
  'since',
]
const FLAGS = ['heal', 'adopt', 'force-conflicts', 'replace-all', 'exit-code', 'follow', 'previous']

/**
 * Refuses a command line of which npm kept options to itself, because what is left of it means another environment:
 * `npm run destroy --env=local` would destroy the default one.
 *
 * @param env npm passes on what it took for its own settings: `npm_config_env=local`.
 * @throws {DeployError} `ERR_USAGE` with the command as it was meant.
 */
export function refuseSwallowedOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): void {
  if (env['npm_lifecycle_event'] === undefined) return
  const [command = '', ...rest] = args
  const valueOf = (name: string) => env[`npm_config_${name.replaceAll('-', '_')}`]
  const words = rest.filter((word) => !word.startsWith('-'))
  const meant = [
    ...WITH_VALUE.flatMap((name) => {
      const value = valueOf(name)
      if (value === undefined) return []
      // of `--env local` npm keeps the first half and passes the second on
      const given = value === 'true' || value === '' ? (words.shift() ?? '…') : value
      return [`--${name} ${secretIn(given) === undefined ? given : '…'}`]
    }),
    ...FLAGS.flatMap((name) => (valueOf(name) === undefined ? [] : [`--${name}`])),
  ]
  if (meant.length === 0) return
  throw new DeployError('ERR_USAGE', `npm kept options to itself: ${meant.join(' ')}`, {
    hint: `put -- before the options: npm run ${command} -- ${meant.join(' ')}`,
  })
}

/** What to say beside "too many arguments", which mostly are the values of options that npm kept. */
export function missingDashes([command = '', ...rest]: readonly string[]): string {
  const example = rest.find((word) => !word.startsWith('-')) ?? 'NAME'
  return `put -- before the options of npm run: npm run ${command} -- --env ${example}`
}
