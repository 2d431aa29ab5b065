import { HUMAN_MANAGERS } from './conflicts.ts'
import { podTemplatePath } from './inputs.ts'
import { ownedFields } from './managed-fields.ts'
import { at, isFields } from './object.ts'
import type { Fields, KubeObject } from './object.ts'
import { stepText } from './field-tree.ts'

/**
 * What people put beside ours into a pod template, as `kubectl set env` does, and who. It is no drift, for nothing of ours
 * is changed; but every pod gets it.
 *
 * What a controller, an autoscaler or an admission plugin owns is its business, and a default is owned by nobody.
 *
 * @returns `also has .spec.template.spec.containers[name=app].env[name=LEVEL] of kubectl-set`; undefined if there is none.
 */
export function addedToTemplate(live: KubeObject): string | undefined {
  const path = podTemplatePath(live)
  const ours = ownedFields(live)
  if (path === undefined || !ours) return undefined
  const steps = path.map((key) => `f:${key}`)
  const entries = live.metadata.managedFields ?? []
  const { people = [], others = [] } = Object.groupBy(entries, ({ manager = '' }) =>
    PEOPLE.includes(manager) ? 'people' : 'others',
  )
  const known = others.map(({ fieldsV1 }) => at(fieldsV1, ...steps)).filter(isFields)
  const start = path.map((key) => `.${key}`).join('')
  const found = people.map(({ manager, fieldsV1 }) => {
    const tree = at(fieldsV1, ...steps)
    return { manager, paths: isFields(tree) ? strange(tree, known, start) : [] }
  })
  const paths = new Set(found.flatMap((one) => one.paths))
  if (paths.size === 0) return undefined
  const who = new Set(found.flatMap((one) => (one.paths.length > 0 ? one.manager : [])))
  return `also has ${[...paths].join(', ')} of ${[...who].join(', ')}`
}

/** Who creates an object owns its defaults too, which cannot be told from what was meant. */
const CREATORS = ['kubectl-create', 'before-first-apply']
const PEOPLE = HUMAN_MANAGERS.filter((manager) => !CREATORS.includes(manager))

/** Maps whose keys are entries; any other field is told as a whole. */
const MAPS = ['f:metadata', 'f:labels', 'f:annotations', 'f:spec', 'f:nodeSelector']

/** `kubectl apply` keeps its copy there; the API server repeats serviceAccountName under its old name. */
const TWINS = ['f:kubectl.kubernetes.io/last-applied-configuration', 'f:serviceAccount']

/** Every place of `tree` that stands in none of the trees of those who are known. */
function strange(tree: Fields, known: readonly Fields[], path: string): readonly string[] {
  return Object.entries(tree).flatMap(([step, child]) => {
    if (step === '.' || TWINS.includes(step) || !isFields(child)) return []
    const below = `${path}${stepText(step)}`
    const kept = known.map((one) => one[step]).filter(isFields)
    if (kept.length === 0 && !hasEntries(step, child)) return [below]
    return strange(child, kept, below)
  })
}

function hasEntries(step: string, child: Fields): boolean {
  const below = Object.keys(child).filter((key) => key !== '.')
  return MAPS.includes(step) || (below.length > 0 && below.every((key) => /^[kv]:/.test(key)))
}
