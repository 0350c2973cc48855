/** The one way to the server. Every failure is an `ApiError`; every change carries the CSRF token of the session. */
import createClient from 'openapi-fetch'
import { ref } from 'vue'

import type { components, paths } from './schema'

/** What the server says: a code with its parameters, and its words in English. */
export type Said = components['schemas']['MessagePublic']

/** One field of the request and what is wrong with it. */
export interface FieldFault extends Said {
  field: string
}

/** What went wrong; `status` 0 means that the server was not reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly kind: string = 'about:blank',
    readonly faults: readonly FieldFault[] = [],
    readonly said: Said | null = null,
  ) {
    super(detail)
    this.name = 'ApiError'
  }
}

export const SIGN_IN_REQUIRED = 'urn:jiejing:problem:sign-in-required'
const STEP_UP_REQUIRED = 'urn:jiejing:problem:step-up-required'

/** Whether the last request reached the server. */
export const reached = ref(true)

let csrfToken = ''
let ahead_ms = 0

/** A moment of this computer's clock as the server's clock had it: computers' clocks are wrong. */
export const asOfServer = (moment_ms: number): number => moment_ms + ahead_ms

function compareClocks(response: Response): void {
  // The header tells whole seconds, cut off.
  const told_ms = Date.parse(response.headers.get('Date') ?? '') + 500
  if (!Number.isNaN(told_ms)) ahead_ms = told_ms - Date.now()
}
let signedOut: () => void = () => {}
let askForCode: () => Promise<boolean> = () => Promise.resolve(false)

/** The token that GET /session answered. */
export function useCsrfToken(token: string): void {
  csrfToken = token
}

/** What to do when the server no longer knows the session. */
export function whenSignedOut(action: () => void): void {
  signedOut = action
}

/** How the user is asked for a fresh code of the second factor; whether one was given. */
export function whenCodeIsNeeded(ask: () => Promise<boolean>): void {
  askForCode = ask
}

const SAFE = new Set(['GET', 'HEAD'])

/** Fetches from this site with session and CSRF token; where a fresh code is needed the user is asked for it first.
 * @throws ApiError */
export async function authorised(address: string | Request, init: RequestInit = {}): Promise<Response> {
  const request = new Request(address, { credentials: 'same-origin', ...init })
  const again = request.clone()
  try {
    return await sent(request)
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== STEP_UP_REQUIRED || !(await askForCode())) throw error
    return sent(again)
  }
}

async function sent(request: Request): Promise<Response> {
  if (!SAFE.has(request.method)) request.headers.set('X-CSRF-Token', csrfToken)
  const response = await fetch(request).catch((cause: unknown) => {
    if (request.signal.aborted) throw cause
    reached.value = false
    throw new ApiError(0, 'the server cannot be reached')
  })
  reached.value = true
  compareClocks(response)
  if (response.ok || response.status === 304) return response
  const error = await errorOf(response)
  if (error.status === 401 && error.kind === SIGN_IN_REQUIRED) signedOut()
  throw error
}

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: authorised })

/** The body of an answer.
 * @throws ApiError */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}

/** The bytes of a file of this site.
 * @throws ApiError */
export async function bytesOf(path: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const response = await authorised(path, signal ? { signal } : {})
  return new Uint8Array(await response.arrayBuffer())
}

async function errorOf(response: Response): Promise<ApiError> {
  // Something between us and the server may answer in its place.
  const problem = (await response.json().catch(() => ({}))) as Partial<components['schemas']['Problem']>
  const { code, params = {}, detail = '', errors = [] } = problem
  const faults = errors.map((fault) => ({ ...fault, params: fault.params ?? {}, text: fault.cause }))
  return new ApiError(response.status, detail, problem.type, faults, code ? { code, params, text: detail } : null)
}
