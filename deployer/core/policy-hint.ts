/**
 * The next step when a ValidatingAdmissionPolicy refused an object. Its answer is 422 unless it says otherwise, as if a
 * field were invalid, and names none.
 *
 * @param text What the API server said.
 * @returns undefined if the text is about something else.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function policyHint(text: string): string | undefined {
  const [, policy] = /ValidatingAdmissionPolicy '([^']+)'/.exec(text) ?? []
  return policy === undefined
    ? undefined
    : `a policy of the cluster decides, not this tool: correct what the message names, or ask who set it: kubectl get validatingadmissionpolicy ${policy} --output yaml`
}
