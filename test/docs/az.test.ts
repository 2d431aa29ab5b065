// Every `az` command that is shown, in documents, environment files and hints, is one of the list, option by option.
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AZ_OPTIONS } from './az-options.ts'

interface AzCommand {
  readonly command: string
  readonly options: readonly string[]
}

const PLACES = [
  'README.md',
  ...globSync('docs/**/*.md'),
  ...globSync('manifests/**/*.yaml'),
  ...globSync('{app,deployer,scripts}/**/*.ts', { exclude: ['**/*.test.ts'] }),
]

/** A substitution without another in it; parentheses of a query may be. */
const INNERMOST = /\$\(((?:[^()$]|\$(?!\()|\([^()]*\))*)\)/

/** The commands of a text; those inside `$(…)` are commands of their own. */
function azCommands(text: string): readonly AzCommand[] {
  const found: AzCommand[] = []
  const take = (part: string) => {
    for (const [, command = '', rest = ''] of part.matchAll(
      /(?<![\w./-])az ([a-z][a-z-]*(?: [a-z][a-z-]*)*)((?:"[^"\n]*"|[^`\n;|&"])*)/g,
    )) {
      found.push({ command, options: rest.match(/(?<=\s)--[a-z-]+/g) ?? [] })
    }
  }
  let rest = text.replaceAll(/\\\n\s*/g, ' ')
  for (let inner = INNERMOST.exec(rest); inner; inner = INNERMOST.exec(rest)) {
    take(inner[1] ?? '')
    rest = rest.replace(inner[0], 'VALUE')
  }
  take(rest)
  return found
}

const shown = PLACES.flatMap((place) =>
  azCommands(readFileSync(place, 'utf8')).map((one) => ({ place, ...one })),
)

test('a command inside another, a continued line and an inline one are all read', () => {
  const text = 'az a b --x $(az c --y \\\n  --z) \\\n  --w\nsee `az d e --v`.'
  expect(azCommands(text)).toEqual([
    { command: 'c', options: ['--y', '--z'] },
    { command: 'a b', options: ['--x', '--w'] },
    { command: 'd e', options: ['--v'] },
  ])
})

describe('every command that is shown', () => {
  test('is known', () => {
    expect(shown.length).toBeGreaterThan(60)
    const unknown = shown.filter(({ command }) => !(command in AZ_OPTIONS))
    expect(unknown.map(({ place, command }) => `${place}: az ${command}`)).toEqual([])
  })

  test('has only options that the command has', () => {
    const wrong = shown.flatMap(({ place, command, options }) =>
      options
        .filter((option) => !(AZ_OPTIONS[command] ?? []).includes(option))
        .map((option) => `${place}: az ${command} ${option}`),
    )
    expect(wrong).toEqual([])
  })
})

test('the list holds no command and no option that nobody shows', () => {
  const idle = Object.entries(AZ_OPTIONS).flatMap(([command, options]) => {
    const uses = shown.filter((one) => one.command === command)
    if (uses.length === 0) return [`az ${command}`]
    return options
      .filter((option) => !uses.some((one) => one.options.includes(option)))
      .map((option) => `az ${command} ${option}`)
  })
  expect(idle).toEqual([])
})
