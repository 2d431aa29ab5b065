#!/usr/bin/env node
// What the build makes the program of: the deployer, with the code that V8 has compiled kept from run to run, which
// halves its start. Development runs main.ts.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

const { HOME, LOCALAPPDATA, XDG_CACHE_HOME } = process.env
const base = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, '.cache'))
// Node's own default would be a folder in /tmp, which others could fill first. Node names the files by their content and
// its own version, writes them whole or not at all, and does without where it cannot.
if (base) enableCompileCache(join(base, 'keyless-cosmos', 'compiled'))

await import('./main.ts')
