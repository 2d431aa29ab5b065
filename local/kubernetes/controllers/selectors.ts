import { textAt } from '../object.ts'

/** A label selector as workloads have it. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: string
    readonly values?: readonly string[]
  }[]
}

/** Whether `labels` satisfy every part of the selector; an empty selector matches everything. */
export function matchesSelector(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(
    ([key, value]) => textAt(labels, key) === value,
  )
  return equal && (selector.matchExpressions ?? []).every((rule) => matchesExpression(rule, labels))
}

function matchesExpression(
  rule: { readonly key: string; readonly operator: string; readonly values?: readonly string[] },
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = textAt(labels, rule.key)
  switch (rule.operator) {
    case 'In':
      return value !== undefined && (rule.values ?? []).includes(value)
    case 'NotIn':
      return value === undefined || !(rule.values ?? []).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return Number(value) > Number(rule.values?.[0])
    case 'Lt':
      return Number(value) < Number(rule.values?.[0])
    default:
      throw new TypeError(`unknown operator ${rule.operator} in a label selector`)
  }
}
