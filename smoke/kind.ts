// `npm run smoke:kind`: the same journey on a kind cluster that it makes, and deletes whatever happens.
import { kindJourney } from './kind-journey.ts'
import { parseKindArguments } from './options.ts'
import { runStory } from './run-story.ts'
import { commandLine } from './voice.ts'

await runStory(async (teller) => {
  const options = parseKindArguments(process.argv.slice(2), process.env, teller.voice.print)
  if (options === 'help') return
  const again = commandLine('npm run smoke:kind --', process.argv.slice(2))
  await kindJourney(options, { ...teller, again })
  teller.voice.say(options.remove ? 'Done' : 'Done. No key was used')
})
