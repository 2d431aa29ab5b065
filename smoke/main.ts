// `npm run smoke -- --context NAME`: the whole chain on a cluster that is up, three refusals, and nothing left.
import { journey } from './journey.ts'
import { parseSmokeArguments } from './options.ts'
import { runStory } from './run-story.ts'
import { commandLine } from './voice.ts'

await runStory(async (teller) => {
  const options = parseSmokeArguments(process.argv.slice(2), process.env, teller.voice.print)
  if (options === 'help') return
  const again = commandLine('npm run smoke --', process.argv.slice(2))
  await journey({ ...teller, options, again })
  teller.voice.say(options.remove ? 'Done' : 'Done. No key was used')
})
