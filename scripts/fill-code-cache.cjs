// Run by the build: starts the worker as its container will be started, and keeps what V8 compiled until its end, which
// is every function that was needed. Argument: the path of worker-start.cjs.
'use strict'
const { writeFileSync } = require('node:fs')

const start = process.argv[2]
process.on('exit', () => {
  const { cache, script } = require(start)
  writeFileSync(cache, script.createCachedData())
})
require(start)
