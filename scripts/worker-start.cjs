// Copied beside worker.cjs by the build. Starts it with the code V8 had compiled when it was built, which saves a third
// of the start; without that file, with another Node or on a damaged file it starts as it is. It only reads.
'use strict'
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { Script, constants } = require('node:vm')

const filename = join(__dirname, 'worker.cjs')
const source = readFileSync(filename, 'utf8')

// V8 compares no more than the length of the source: with the cache of another build it would run that build. So the
// last line of the source is its hash, and the cache is named after it, and after what else must be the same.
const hash = /\/\*(\w+)\*\/\n$/.exec(source.slice(-64))?.[1]
const cache = join(__dirname, `worker-${hash}-${process.version}-${process.arch}.cache`)

const head = '(function (exports, require, module, __filename, __dirname) {'
const script = new Script(`${head}${source}})`, {
  filename,
  columnOffset: -head.length,
  cachedData: read(cache),
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
})
// For the build, which makes the cache.
module.exports = { cache, script }

const worker = { exports: {} }
script.runInThisContext()(worker.exports, require, worker, filename, __dirname)

function read(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
