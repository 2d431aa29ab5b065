import { expect, test } from 'vitest'
import { kubectl, onTarget } from './kubectl.ts'

const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' }
const KIND = { context: 'kind-a' }

test.for([
  {
    what: 'a command names its context',
    text: `look at it: ${kubectl('describe', POD)}`,
    target: KIND,
    says: 'look at it: kubectl --context kind-a describe pod web --namespace shop',
  },
  {
    what: 'a kubeconfig of the environment stands before it, quoted where it must be',
    text: 'kubectl get pods',
    target: { context: 'a', kubeconfig: '/home/ted lasso/config' },
    says: "kubectl --kubeconfig '/home/ted lasso/config' --context a get pods",
  },
  {
    what: 'every command of a text does',
    text: 'kubectl get pods; or kubectl describe nodes',
    target: KIND,
    says: 'kubectl --context kind-a get pods; or kubectl --context kind-a describe nodes',
  },
  {
    what: 'one that has its context already is left',
    text: onTarget('kubectl get pods', KIND),
    target: KIND,
    says: 'kubectl --context kind-a get pods',
  },
  {
    what: 'prose and managers are left',
    text: 'edited by kubectl-edit, as kubectl does (kubectl kustomize); kubectl config get-contexts',
    target: KIND,
    says: 'edited by kubectl-edit, as kubectl does (kubectl kustomize); kubectl config get-contexts',
  },
  {
    what: 'the context of a pod is none of a kubeconfig',
    text: 'kubectl get pods',
    target: { context: 'in-cluster' },
    says: 'kubectl get pods',
  },
])('$what', ({ text, target, says }) => {
  expect(onTarget(text, target)).toBe(says)
})
