/** A known difference, with the reason why it stays. */
export interface Explained {
  /** Names of cases it is known from. */
  readonly cases: RegExp
  /** Paths of differences, as `run.ts` prints them. */
  readonly paths: RegExp
  /** What the real server's value looks like, as JSON; default: anything. */
  readonly real?: RegExp
  readonly reason: string
}

const MESSAGES = /\.message$/

/** Every difference that is meant to be there. All of them are in docs/parity/kubernetes.md too. */
export const EXPLAINED: readonly Explained[] = [
  {
    cases: /./,
    paths: MESSAGES,
    real: /(Invalid|Unsupported|Duplicate) value: \[?\{.*?\\"[A-Z]/,
    reason: 'a refused structure is shown as the API has it, not as Go holds it internally',
  },
  {
    cases: /^pod: only images/,
    paths: MESSAGES,
    real: /pod updates may not change fields other than/,
    reason: 'the sentence that refuses a change of a pod has no diff of Go structures after it',
  },
  {
    cases: /^patch: merge patch|^body: keys written twice/,
    paths: MESSAGES,
    real: /patch: Invalid value|Invalid value: \\"\{/,
    reason: 'the patched object that a refusal shows has its keys in another order',
  },
  {
    cases: /^apply: it is written in YAML/,
    paths: MESSAGES,
    real: /error converting YAML to JSON/,
    reason: 'what is wrong with YAML is said in the words of another parser',
  },
  {
    cases: /^list: in pages/,
    paths: MESSAGES,
    real: /invalid continue token/,
    reason: 'continue tokens are made otherwise, so what is wrong with one is said otherwise',
  },
  {
    cases: /^access: acting as somebody else/,
    paths: /^4 /,
    reason: 'who may not impersonate is refused by the classic rule, not by the newer one per verb',
  },
  {
    cases: /^metadata: namespace of body/,
    paths: /spec\.taints$/,
    reason: 'no taint not-ready on new nodes: no controller is there that would take it away',
  },
  {
    cases: /^pod: volumes and mounts/,
    paths: /warnings/,
    reason: 'of the warnings about pods only those of Pod Security are given',
  },
]
