/**
 * When an event was made, in milliseconds since the Unix epoch: its name ends in the nanoseconds, in hexadecimal; not a
 * number if it does not.
 *
 * @see https://github.com/kubernetes/client-go/blob/master/tools/record/util/util.go GenerateEventName
 */
export function momentOfEvent(name: string): number {
  const nanoseconds = name.slice(name.lastIndexOf('.') + 1)
  if (!/^[0-9a-f]{16}$/.test(nanoseconds)) return Number.NaN
  return Number(BigInt(`0x${nanoseconds}`) / 1_000n) / 1_000
}
