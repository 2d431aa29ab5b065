// Preloaded into every measured worker alike: when its process began and what it used, as the last line of its log.
const { writeSync } = require('node:fs')

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const report = {
    startedAt: performance.timeOrigin,
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    rssMiB: maxRSS / 1024,
  }
  writeSync(1, `BENCH ${JSON.stringify(report)}\n`)
})
