import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AnswerCode } from '../../local/entra/errors.ts'
import { AUDIENCE, ISSUER, SUBJECT } from './issuer.ts'
import {
  BARE_CLIENT,
  CLIENT,
  ENTRA_ISSUER,
  NESTED_CLIENT,
  TENANT,
  podClaims,
  send,
  startWorld,
  tokenForm,
} from './world.ts'
import type { Answered, World } from './world.ts'

let world: World
const consoleSpies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
  vi.spyOn(console, method),
)
beforeEach(async () => {
  world = await startWorld()
})
afterEach(async () => {
  await world.close()
  for (const spy of consoleSpies) expect(spy).not.toHaveBeenCalled()
})
afterAll(() => {
  vi.restoreAllMocks()
})

const NOW = Math.floor(Date.now() / 1000)

/**
 * One way into every refusal: the changed claims, the changed form (where `TOKEN` stands for the assertion itself,
 * put into a field that the refusal repeats), and the rest of the request.
 */
interface Way {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly kid?: string
  readonly typ?: string
  readonly form?: Readonly<Record<string, string | undefined>>
  readonly extra?: string
  readonly tenant?: string
  readonly method?: string
  readonly before?: (world: World) => void | Promise<void>
}

const WAYS: Readonly<Record<Exclude<AnswerCode, 50049 | 90055 | 90033>, Way>> = {
  90002: { tenant: 'TOKEN' },
  900023: { tenant: 'x'.repeat(40) },
  50059: { tenant: 'common' },
  900561: { method: 'PUT' },
  900144: { form: { scope: undefined } },
  9002313: { extra: '&client_assertion=TOKEN' },
  901002: { form: { resource: 'TOKEN' } },
  70003: { form: { grant_type: 'TOKEN' } },
  700016: { form: { client_id: 'TOKEN' } },
  7000218: { form: { client_assertion: undefined, token: 'TOKEN' } },
  7000215: { form: { client_secret: 'TOKEN' } },
  90011: { form: { client_assertion_type: 'TOKEN' } },
  50027: { form: { client_assertion: 'TOKEN.more' } },
  5002727: { typ: 'at+jwt' },
  5002723: {
    form: { client_assertion: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhYmNkZWYifQ.c2lnbmF0dXJl' },
  },
  5002738: {
    form: { client_assertion: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhYmNkZWYifQ.c2lnbmF0dXJl' },
  },
  90014: { claims: { sub: undefined } },
  70025: { form: { client_id: BARE_CLIENT } },
  700211: { claims: { iss: 'https://x.example/eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln' } },
  700212: { claims: { aud: ['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln'] } },
  700213: { claims: { sub: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln\r\nforged: line' } },
  7002138: { claims: { sub: SUBJECT.toUpperCase() } },
  700222: { claims: { iss: ENTRA_ISSUER }, form: { client_id: NESTED_CLIENT } },
  90061: { before: ({ issuer }) => issuer.close() },
  50166: { before: ({ issuer }) => issuer.answerWith(() => new Response(null, { status: 403 })) },
  7000272: { kid: 'second', before: ({ issuer }) => issuer.hideKey('second') },
  700027: { form: { client_assertion: 'TAMPERED' } },
  70023: { claims: { exp: NOW + 30 * 3600 } },
  700024: { claims: { exp: NOW - 4000 } },
  1002012: { form: { scope: 'TOKEN' } },
  28000: { form: { scope: 'TOKEN/.default https://x/.default' } },
  500011: { form: { scope: 'TOKEN/.default' } },
}

test.for(Object.entries(WAYS))(
  'AADSTS%s tells nothing that could be used to ask again',
  async ([code, way]) => {
    await world.issuer.addKey('second')
    await way.before?.(world)
    const { assertion, answered } = await go(way)

    const { error_codes: codes } = JSON.parse(answered.text) as { error_codes: number[] }
    expect(codes).toEqual([Number(code)])
    expect(world.events.at(-1)?.outcome).toBe(`AADSTS${code}`)
    expectNoSecret(answered.text + JSON.stringify(answered.headers), assertion)
    expectNoSecret(JSON.stringify(world.events.at(-1)), assertion)
    expect(JSON.stringify(world.events.at(-1))).not.toMatch(/\\[rn]/)
  },
)

test('an issued token is in its answer and nowhere else', async () => {
  const { answered } = await go({})
  const { access_token: token } = JSON.parse(answered.text) as { access_token: string }
  expect(answered.status).toBe(200)
  expectNoSecret(JSON.stringify(answered.headers) + JSON.stringify(world.events), token)
})

async function go(way: Way): Promise<{ readonly assertion: string; readonly answered: Answered }> {
  const claims = podClaims({ iss: ISSUER, aud: [AUDIENCE], ...way.claims })
  const signed = await world.issuer.sign(claims, {
    kid: way.kid ?? 'first',
    ...(way.typ && { typ: way.typ }),
  })
  const fill = (text: string) =>
    text === 'TAMPERED' ? tampered(signed) : text.replace('TOKEN', signed)
  const form = Object.fromEntries(
    Object.entries(way.form ?? {}).map(([field, value]) => [field, value && fill(value)]),
  )
  const assertion = form['client_assertion'] ?? signed
  const path = `/${encodeURIComponent(fill(way.tenant ?? TENANT))}/oauth2/v2.0/token`
  const answered = await send(world, path, {
    method: way.method ?? 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: tokenForm(signed, { client_id: CLIENT, ...form }) + fill(way.extra ?? ''),
  })
  return { assertion, answered }
}

function tampered(token: string): string {
  const [header, claims, signature = ''] = token.split('.')
  return `${header}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
}

/** Neither the token, nor its claims or signature, nor anything else that has a token's form. */
function expectNoSecret(text: string, token: string): void {
  for (const part of [token, ...token.split('.').filter(({ length }) => length > 20)]) {
    expect(text).not.toContain(part)
  }
  expect(text).not.toMatch(/eyJ[\w-]{8,}/)
}
