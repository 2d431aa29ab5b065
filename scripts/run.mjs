// Starts one of the project's programs: `node scripts/run.mjs [NODE OPTIONS] FILE [ARGS]`.
// Plain JavaScript that any Node from 20 on can run, because a fresh clone has neither the packages nor the
// Node 24 they need: both come from `npm ci`, which this runs when it has not been run for this lock file.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const lock = join(root, 'package-lock.json')
const stamp = join(root, 'node_modules', '.installed-lock')
const node = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

const given = process.argv.slice(2)
const first = given.findIndex((word) => !word.startsWith('--'))
if (first < 0) {
  console.error('usage: node scripts/run.mjs [NODE OPTIONS] FILE [ARGS]')
  process.exit(2)
}
if (!isInstalled()) install()
start()

function isInstalled() {
  if (!existsSync(node)) return false
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lockHash()
  const installed = join(root, 'node_modules', '.package-lock.json') // written by every `npm ci` and `npm install`
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs
}

function install() {
  console.error('• Installing the packages and Node 24 into node_modules (once, about a minute)')
  const npm = process.env.npm_execpath
  const command = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  const result = npm
    ? spawnSync(process.execPath, [npm, ...command], options)
    : spawnSync('npm', command, { ...options, shell: process.platform === 'win32' })
  if (result.status !== 0 || !existsSync(node)) {
    console.error(
      '✗ npm ci failed: check the network and the registry settings of npm, then run the same command again',
    )
    process.exit(1)
  }
  writeFileSync(stamp, lockHash())
  console.error('✓ Installed')
}

function start() {
  const [options, [file, ...args]] = [given.slice(0, first), given.slice(first)]
  // Compiled code is kept from run to run: programs start in half the time and need less memory
  const cache = join(root, 'node_modules', '.cache', 'compiled')
  const child = spawn(node, [...options, join(root, file), ...args], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  })
  // A terminal sends Ctrl-C to the child as well: stay until it has cleaned up. `kill` reaches only this process.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lock)).digest('hex')
}
