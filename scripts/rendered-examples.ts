import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { run } from '../deployer/cli.ts'

/** One documented rendering: where it stands, and what the deployer prints now. */
export interface RenderedExample {
  readonly file: string
  readonly text: string
}

const FOLDER = join('docs', 'aks')
const FILES = {
  Pod: 'pod.yaml',
  Job: 'job.yaml',
  Deployment: 'deployment.yaml',
  CronJob: 'cron-job.yaml',
}

/** What `npm run render` prints for the example values of docs/aks/aks.yaml, for every kind of workload. */
export async function renderedExamples(): Promise<readonly RenderedExample[]> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-examples-'))
  // The set of objects is named after the environment's file, so the file keeps its name.
  const environment = join(directory, 'aks.yaml')
  const example = await readFile(join(FOLDER, 'aks.yaml'), 'utf8')
  try {
    const examples: RenderedExample[] = []
    for (const [kind, name] of Object.entries(FILES)) {
      const document = parseDocument(example)
      document.setIn(['workload', 'kind'], kind)
      await writeFile(environment, document.toString())
      const text = await printed(['render', '--env', environment])
      examples.push({ file: join(FOLDER, 'rendered', name), text })
    }
    return examples
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function printed(args: readonly string[]): Promise<string> {
  const texts: string[] = []
  const code = await run(args, {
    streams: {
      stdout: (text) => void texts.push(text),
      stderr: (text) => void process.stderr.write(text),
      colour: { stdout: false, stderr: false },
    },
    env: {},
    cwd: process.cwd(),
    root: resolve('.'),
    version: '',
    now: Date.now,
    signal: new AbortController().signal,
  })
  if (code !== 0) throw new Error(`render ended with ${code}`)
  return texts.join('')
}
