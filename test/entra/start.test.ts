import { expect, test } from 'vitest'
import { DIRECTORY, startWorld } from './world.ts'

test('a directory that Azure would not have is refused at start, with every problem', async () => {
  const directory = { ...DIRECTORY, tenantId: 'contoso', resources: ['https://x/'] }
  await expect(startWorld({ directory: () => directory })).rejects.toThrow(
    'Entra directory: tenantId: expected a GUID, got "contoso"; resources.0: expected a URI without',
  )
})

test('a port that is taken is named', async () => {
  const world = await startWorld()
  await expect(startWorld({ port: world.entra.port })).rejects.toThrow(
    `Entra: port ${world.entra.port} on 127.0.0.1 is taken by another program`,
  )
  await world.close()
})
