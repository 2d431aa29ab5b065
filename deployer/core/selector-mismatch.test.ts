import { expect, test } from 'vitest'
import { selectorMismatchHint } from './selector-mismatch.ts'

const mismatch = {
  field: 'spec.template.metadata.labels',
  message: 'Invalid value: {"app":"wbe"}: `selector` does not match template `labels`',
}
const moved = { field: 'spec.selector', message: 'Invalid value: {}: field is immutable' }

function deployment(labels: object | undefined) {
  const spec = {
    selector: { matchLabels: { app: 'web', tier: 'a' } },
    template: { metadata: { labels } },
  }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }
}

const SIDES =
  'spec.selector asks for app=web,tier=a, and spec.template.metadata.labels gives app=wbe: '
const wrong = deployment({ app: 'wbe' })

test.for([
  {
    when: 'the object is new',
    desired: wrong,
    live: undefined,
    causes: [mismatch],
    hint: `${SIDES}change the one that is wrong`,
  },
  {
    when: 'the object exists',
    desired: wrong,
    live: wrong,
    causes: [mismatch],
    hint: `${SIDES}change spec.template.metadata.labels: the selector cannot change on the cluster`,
  },
  {
    when: 'the template has no labels',
    desired: deployment(undefined),
    live: undefined,
    causes: [mismatch],
    hint: `${SIDES.replace('app=wbe', 'nothing')}change the one that is wrong`,
  },
  {
    when: 'the selector of an existing object moved',
    desired: wrong,
    live: wrong,
    causes: [mismatch, moved],
    hint: undefined,
  },
  {
    when: 'it is refused for something else',
    desired: wrong,
    live: undefined,
    causes: [{ field: mismatch.field, message: 'Invalid value: "a b"' }],
    hint: undefined,
  },
])(
  'selector and labels that differ are both named when $when',
  ({ causes, desired, live, hint }) => {
    expect(selectorMismatchHint({ details: { causes } }, desired, live)).toBe(hint)
  },
)
