// The API server warns of what it accepts all the same; kubectl shows that, and so does a deploy.
import { expect, onTestFinished, test } from 'vitest'
import { startCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'
import { startRecorder } from './recorder.ts'

test('a warning is told once a run, with its object, and a plan tells it too', async () => {
  const cluster = await startCluster()
  onTestFinished(() => cluster.close())
  const recorder = await startRecorder(cluster)
  onTestFinished(() => recorder.close())
  recorder.warning = ({ method, path }) =>
    method === 'PATCH' && path.includes('/one?') ? 'key "a" is "deprecated"' : undefined
  const folder = await createFolder(recorder.cluster, configMap('one', { a: '1' }))
  const line = `! ConfigMap/${folder.namespace}/one: key "a" is "deprecated"\n`
  for (const command of ['plan', 'deploy']) {
    const { code, stderr } = await folder.deployer(command)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr.split(line)).toHaveLength(2)
  }
})
