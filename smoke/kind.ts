// `npm run smoke:kind`: the same journey on a kind cluster that it makes, and deletes whatever happens.
import { kindJourney } from './kind-journey.ts'
import { parseKindArguments } from './options.ts'
import { runStory } from './run-story.ts'

await runStory(async (teller) => {
  const options = parseKindArguments(process.argv.slice(2), process.env, teller.voice.print)
  if (options === 'help') return
  const started = performance.now()
  await kindJourney(options, teller)
  teller.voice.say(
    `Done in ${((performance.now() - started) / 1_000).toFixed(1)} s. No key was used`,
  )
})
