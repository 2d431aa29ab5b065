// `npm run examples`: writes docs/aks/rendered/ anew. A test compares it with what the deployer renders.
import { writeFileSync } from 'node:fs'
import { renderedExamples } from './rendered-examples.ts'

for (const { file, text } of await renderedExamples()) {
  writeFileSync(file, text)
  process.stdout.write(`${file}\n`)
}
