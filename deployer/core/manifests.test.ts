import { expect, test } from 'vitest'
import { objectOf, parseManifests } from './manifests.ts'

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n'

function problemsOf(...texts: readonly string[]): string {
  try {
    parseManifests(texts.map((text, index) => ({ name: `${index}.yaml`, text })))
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

test('several documents in one file are several objects', () => {
  const text = `${CONFIG_MAP}---\n${CONFIG_MAP.replace('name: a', 'name: b')}---\n`
  const names = parseManifests([{ name: 'a.yaml', text }]).map((one) => objectOf(one).metadata.name)
  expect(names).toEqual(['a', 'b'])
})

test('the items of a List are objects of their own', () => {
  const items = ['a', 'b'].map(
    (name) => `- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: ${name}}`,
  )
  const text = `apiVersion: v1\nkind: List\nmetadata: {resourceVersion: ""}\nitems:\n${items.join('\n')}\n`
  const manifests = parseManifests([{ name: 'a.yaml', text }])
  expect(manifests.map((one) => objectOf(one).metadata.name)).toEqual(['a', 'b'])
  expect(manifests.map(({ place }) => place)).toEqual(['a.yaml:1, items[0]', 'a.yaml:1, items[1]'])
  expect(manifests[1]?.document.toString()).toContain('kind: ConfigMap')
})

test('a file mode with a leading zero is octal, as it is for kubectl', () => {
  const [one] = parseManifests([{ name: 'a.yaml', text: `${CONFIG_MAP}mode: 0644\n` }])
  expect(one && objectOf(one)['mode']).toBe(0o644)
})

test.for([
  {
    when: 'one object is written twice',
    texts: [CONFIG_MAP, CONFIG_MAP],
    says: 'ConfigMap/a is written twice: 0.yaml:1, 1.yaml:1',
  },
  {
    when: 'a document has no kind',
    texts: ['apiVersion: v1\nmetadata: {name: x}\n'],
    says: '0.yaml:1: not a Kubernetes object: kind missing',
  },
  {
    when: 'a document is a list',
    texts: ['- 1\n'],
    says: '0.yaml:1: expected a Kubernetes object, got a list',
  },
  {
    when: 'the list of one kind is used',
    texts: ['apiVersion: v1\nkind: PodList\nmetadata: {name: x}\nitems: []\n'],
    says: 'a PodList is not accepted: write its items as documents, or as kind: List',
  },
  {
    when: 'an item of a List has no name',
    texts: ['apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n'],
    says: '0.yaml:1, items[0]: not a Kubernetes object: metadata.name missing',
  },
  {
    when: 'it is a Kustomization',
    texts: ['apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'],
    says: 'build it into a folder of its own first (kubectl kustomize)',
  },
  {
    when: 'a value is a template',
    texts: ['apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n'],
    says: 'metadata.name missing; {{ … }} belongs to a template: render it first',
  },
  {
    when: 'a line is a template',
    texts: ['{{- if .Values.on }}\napiVersion: v1\n{{- end }}\n'],
    says: '{{ … }} belongs to a template: render it first',
  },
  {
    when: 'the name is to be generated',
    texts: ['apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-}\n'],
    says: 'metadata.name missing; generateName makes a new object each time',
  },
  {
    when: 'an alias is used',
    texts: [`${CONFIG_MAP}data: {a: &x b, c: *x}\n`],
    says: '0.yaml:5:20: alias *x is not accepted',
  },
  {
    when: 'aliases would grow without end',
    texts: [`${CONFIG_MAP}a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n`],
    says: 'alias *a is not accepted',
  },
  {
    when: 'a word means two things',
    texts: [`${CONFIG_MAP}data:\n  enabled: yes\n`],
    says: "unquoted yes is a boolean for kubectl: write true, false or 'yes'",
  },
  {
    when: 'a name is a number',
    texts: ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 123}\n'],
    says: '0.yaml:1: not a Kubernetes object: metadata.name must be text: write it in quotes, "123"',
  },
  {
    when: 'it was copied from a cluster',
    texts: [`${CONFIG_MAP}  uid: 9-8\n  resourceVersion: "7"\n  creationTimestamp: null\n`],
    says: '0.yaml:1: metadata.uid, metadata.resourceVersion: belongs to one object of one cluster',
  },
  { when: 'a file is cut off', texts: [`${CONFIG_MAP}data: {a: "b`], says: 'not valid YAML' },
  { when: 'there is nothing', texts: ['# only a comment\n'], says: 'hold no Kubernetes object' },
])('the message is clear when $when', ({ texts, says }) => {
  expect(problemsOf(...texts)).toContain(says)
})

test('two objects of one name in different namespaces are two objects', () => {
  const other = CONFIG_MAP.replace('name: a', 'name: a\n  namespace: other')
  expect(problemsOf(CONFIG_MAP, other)).toBe('none')
})
