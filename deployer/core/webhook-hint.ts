/**
 * The next step when the API server could not ask an admission webhook, whose failure policy then lets nothing in.
 *
 * @param text What the API server said; it names the service it called.
 * @returns undefined if the text is about something else.
 */
export function webhookDownHint(text: string): string | undefined {
  if (!text.includes('failed calling webhook')) return undefined
  const [, service, namespace] = /https:\/\/([\w-]+)\.([\w-]+)\.svc\b/.exec(text) ?? []
  const where =
    namespace === undefined
      ? ': kubectl get mutatingwebhookconfigurations,validatingwebhookconfigurations'
      : ` (service ${service}): kubectl get pods,endpointslices --namespace ${namespace}`
  return `the webhook is down, and nothing is admitted without it${where}; deploy again once it is up, it goes on from here`
}
