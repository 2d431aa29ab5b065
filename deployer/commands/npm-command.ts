import { shellWord } from '../core/shell-word.ts'
import type { CommonOptions, Takeovers } from './context.ts'

/**
 * The command to go on with, for the same environment and objects as this run: without its options it would mean others.
 *
 * @param options Those that `command` knows too.
 * @returns `npm run deploy -- --env ../own.yaml --manifests ../own`
 */
export function npmCommand(command: string, options: CommonOptions & Takeovers): string {
  const values = (['env', 'context', 'manifests'] as const).flatMap((name) => {
    const value = options[name]
    return value === undefined ? [] : [`--${name}`, shellWord(value)]
  })
  const flags = [
    options.heal === true ? ['--heal'] : [],
    options.adopt === true ? ['--adopt'] : [],
    options.forceConflicts === true ? ['--force-conflicts'] : [],
    options.replaceAll === true ? ['--replace-all'] : [],
  ].flat()
  return ['npm run', command, '--', ...values, ...flags].join(' ')
}
