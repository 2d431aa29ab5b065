// Copied beside deployer.cjs by the build. Starts it with the code that V8 compiled in an earlier run of the same command,
// which saves a third of the start. The code is kept at the end of a run: by then it is every function that was needed,
// where Node's own compile cache would hold what was compiled on loading.
'use strict'
const fs = require('node:fs')
const { basename, dirname, join } = require('node:path')
const { Script } = require('node:vm')

const filename = join(__dirname, 'deployer.cjs')
const source = fs.readFileSync(filename, 'utf8')
const cache = cacheFile()

const head = '(function (exports, require, module, __filename, __dirname) {'
const script = new Script(`${head}${source}})`, {
  filename,
  columnOffset: -head.length,
  cachedData: read(cache),
})
script.runInThisContext()(exports, require, module, filename, __dirname)

// undefined: there was none; true: it is of another V8, or damaged. A wrong command line is not worth a file.
process.once('exit', (code) => {
  if (script.cachedDataRejected !== false && code !== 2) keep(cache)
})

/**
 * In a folder of the user's own: in /tmp others could put theirs first. V8 compares no more than the length of the source,
 * so the name holds the hash that is the last line of it, and whatever else must be the same.
 */
function cacheFile() {
  const { HOME, LOCALAPPDATA, XDG_CACHE_HOME } = process.env
  const base = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, '.cache'))
  const hash = /\/\*(\w+)\*\/\n$/.exec(source.slice(-64))?.[1]
  if (!base || !hash) return undefined
  const command = /^[a-z]+$/.exec(process.argv[2] ?? '')?.[0] ?? 'other'
  const name = `deployer-${hash}-${command}-${process.version}-${process.arch}.cache`
  return join(base, 'keyless-cosmos', 'compiled', name)
}

function read(path) {
  try {
    return path && fs.readFileSync(path)
  } catch {
    return undefined
  }
}

/** Whole or not at all; where nothing can be written, the next start is as slow as this one. */
function keep(path) {
  const part = `${path}.${process.pid}`
  try {
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    fs.writeFileSync(part, script.createCachedData(), { mode: 0o600 })
    fs.renameSync(part, path)
    removeOld(dirname(path), /^deployer-\w+-/.exec(basename(path))[0])
  } catch {}
}

/** What other builds left, and runs that were killed: a build that is still used makes its file anew. */
function removeOld(folder, own) {
  const weekAgo = Date.now() - 7 * 24 * 60 * 60 * 1_000
  for (const name of fs.readdirSync(folder)) {
    const isOther = name.startsWith('deployer-') && (!name.startsWith(own) || /\d$/.test(name))
    const file = join(folder, name)
    if (isOther && fs.statSync(file).mtimeMs < weekAgo) fs.rmSync(file, { force: true })
  }
}
