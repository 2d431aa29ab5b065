/**
 * Replaces `$(NAME)` by the variable's value. `$$` stands for one `$`, so `$$(NAME)` stays text; an unknown name
 * and an unfinished reference stay as they are.
 *
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/#use-environment-variables-to-define-arguments
 */
export function expand(text: string, value: (name: string) => string | undefined): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (match, name: string | undefined) => {
    if (name === undefined) return '$'
    return value(name) ?? match
  })
}
