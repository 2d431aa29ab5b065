import { isRecord } from '../../object.ts'
import type { Rules } from '../resource.ts'
import { validateDefinition, validateDefinitionUpdate } from '../validation/definition.ts'
import { ensure, records, setDefault } from './edit.ts'

export const customResourceDefinitionRules: Rules = {
  generation: true,
  defaults: (definition) => {
    const spec = ensure(definition, 'spec')
    const names = ensure(spec, 'names')
    const kind = typeof names['kind'] === 'string' ? names['kind'] : ''
    setDefault(names, 'singular', kind.toLowerCase())
    if (kind !== '') setDefault(names, 'listKind', `${kind}List`)
    setDefault(spec, 'conversion', { strategy: 'None' })
    const stored = records(spec, 'versions').find((version) => version['storage'] === true)
    const status = ensure(definition, 'status')
    if (!Array.isArray(status['storedVersions']) && stored !== undefined) {
      status['storedVersions'] = [stored['name']]
    }
  },
  prepareCreate: (definition) => {
    const spec = isRecord(definition.spec) ? definition.spec : {}
    const stored = records(spec, 'versions').find((version) => version['storage'] === true)
    definition.status = {
      conditions: null,
      acceptedNames: { plural: '', kind: '' },
      storedVersions: stored === undefined ? null : [stored['name']],
    }
  },
  prepareUpdate: (definition, live) => {
    definition.status = live.status
  },
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
}
