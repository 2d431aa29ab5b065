import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isatty } from 'node:tty'
import { writeWhileRead } from './report/listener.ts'
import { createOutlet } from './report/outlet.ts'

const root = projectRoot(dirname(realpathSync(process.argv[1] ?? '.')))
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())

const outlet = createOutlet(queueMicrotask)
process.once('exit', outlet.flush)

const args = process.argv.slice(2)
/** They go on until they are stopped, so that nobody would ever end them; every other command finishes what it began. */
const isEndless = ['logs', 'heal'].includes(args[0] ?? '')
let isUnheard = false
const toStdout = outlet.through(writeWhileRead(process.stdout, unheard))
const toStderr = outlet.through(writeWhileRead(process.stderr, unheard))

const version = versionOf(root)
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  toStdout(`${version}\n`)
} else void runCommand().then(end)

function end(code: number): void {
  // as a reader of a pipe sees it: it got what it wanted
  process.exitCode = isUnheard && code === 130 ? 0 : code
  // a credential plugin that waits for somebody to sign in would keep this process alive
  if (interrupted.signal.aborted) process.exit()
}

function unheard(): void {
  isUnheard = true
  if (isEndless) interrupted.abort()
}

/** Imported only here: to tell the version, no command line need be parsed. */
async function runCommand(): Promise<number> {
  const { run } = await import('./cli.ts')
  return run(args, {
    streams: {
      stdout: toStdout,
      stderr: toStderr,
      colour: { stdout: wantsColour(process.stdout), stderr: wantsColour(process.stderr) },
    },
    env: process.env,
    cwd: process.cwd(),
    root,
    version,
    now: Date.now,
    // by number: process.stdin would be opened, which costs a start 5 ms
    ...(isatty(0) && process.stderr.isTTY ? { ask } : {}),
    signal: interrupted.signal,
  })
}

async function ask(question: string): Promise<boolean> {
  return (await import('./ask.ts')).askOnTerminal(question, interrupted.signal)
}

/** The nearest folder above this program that holds the manifests: the sources and the bundle lie differently deep. */
function projectRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'manifests', 'environments'))) return folder
    if (folder === dirname(folder)) return from
  }
}

function versionOf(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  return version
}

/** https://no-color.org; FORCE_COLOR as Node reads it */
function wantsColour(stream: NodeJS.WriteStream): boolean {
  if (process.env['NO_COLOR'] !== undefined && process.env['NO_COLOR'] !== '') return false
  const forced = process.env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0'
  return stream.isTTY && stream.hasColors()
}
