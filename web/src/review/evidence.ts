/** The files of an event's packages as they lie on the server, each checked against its manifest when it arrives. */
import { computed, reactive, ref, shallowRef } from 'vue'

import { bytesOf } from '@/api/client'
import { evidenceKeys, maskedFiles } from '@/api/review'

import { digestOf, judge, listing, nameIn, summary, type Bytes, type Listed, type Verdict } from './integrity'
import type { PackageSummary } from './model'
import { meet } from './pinned'
import { openEnvelope, type SiteKey } from './signature'

const MANIFEST = 'manifest.json'
const ENVELOPE = 'manifest.dsse.json'
/** What an officer sees first. It is asked for together with the manifest that it is held against. */
const FIRST = 'marked/first_rest.jpg'
/** What an officer looks at first is downloaded first. */
const ORDER = [FIRST, 'marked/violation', 'marked/', 'originals/', 'composite', 'clip/timelapse', 'clip/']

export interface EvidenceFile {
  path: string
  url: string
  verdict: Verdict
}

/** Why files as received, without privacy masks, are looked at: null = they are not; '' = the review says it. */
export type Purpose = string | null

export function fileAddress(packageId: string, path: string, purpose: Purpose = ''): string {
  const address = `/api/v1/packages/${encodeURIComponent(packageId)}/files/${path.split('/').map(encodeURIComponent).join('/')}`
  return purpose ? `${address}?purpose=${encodeURIComponent(purpose)}` : address
}

/** Downloads one package after the other; a new call of `open` lets go of everything before it. */
export function useEvidence() {
  const files = reactive(new Map<string, EvidenceFile>())
  const expected = ref(0)
  const withheld = reactive(new Set<string>())
  const error = shallowRef<unknown>(null)
  /** Why single files did not come. */
  const faults = reactive(new Map<string, unknown>())
  /** The keys that signed what is open. */
  const signers = reactive(new Set<string>())
  const ended = ref(false)
  let abort = new AbortController()

  async function open(packages: readonly PackageSummary[], purpose: Purpose): Promise<void> {
    close()
    const { signal } = abort
    const ahead = new Map(packages.filter(hasFirst).map((one) => [one.package_id, firstOf(one, signal)]))
    try {
      const keys = packages.length ? await evidenceKeys() : []
      meet(keys.map(({ key_id }) => key_id))
      const manifests = await Promise.all(packages.map((one) => manifestOf(one, keys, signal)))
      const masked = purpose === null ? await Promise.all(packages.map((one) => maskedFiles(one.package_id))) : []
      if (signal.aborted) return
      masked.forEach((paths, number) => withhold(manifests[number], paths))
      expected.value = manifests.reduce((sum, { listed }) => sum + listed.length + 1, 0)
      for (const { signedBy } of manifests) for (const one of signedBy) signers.add(one)
      for (const { summary, verdict } of manifests) {
        files.set(key(summary.package_id, MANIFEST), { path: MANIFEST, url: '', verdict })
      }
      for (const { summary, listed, verdict } of manifests) {
        const first = ahead.get(summary.package_id)
        await download(summary.package_id, listed, { purpose, signal, first, vouched: verdict === 'sound' })
      }
      if (!signal.aborted) ended.value = true
    } catch (cause) {
      if (!signal.aborted) error.value = cause
    }
  }

  function withhold(manifest: Manifest | undefined, masked: ReadonlySet<string>): void {
    if (!manifest) return
    for (const { path } of manifest.listed) if (!masked.has(path)) withheld.add(key(manifest.summary.package_id, path))
  }

  async function download(
    packageId: string,
    listed: readonly Listed[],
    { purpose, signal, first, vouched }: How,
  ): Promise<void> {
    const wanted = listed.filter((one) => !withheld.has(key(packageId, one.path)))
    for (const one of wanted.sort((a, b) => rank(a.path) - rank(b.path))) {
      const address = fileAddress(packageId, one.path, purpose)
      const coming = (one.path === FIRST && first) || bytesOf(address, signal)
      // One file that does not come keeps nobody from the others.
      const bytes = await coming.catch((cause: unknown) => {
        if (!signal.aborted) faults.set(key(packageId, one.path), cause)
      })
      if (signal.aborted) return
      if (!bytes) continue
      const verdict = vouched ? await judge(bytes, one) : 'changed'
      if (signal.aborted) return
      const url = URL.createObjectURL(new Blob([bytes], { type: mediaType(one.path) }))
      files.set(key(packageId, one.path), { path: one.path, url, verdict })
    }
  }

  function close(): void {
    abort.abort()
    abort = new AbortController()
    for (const { url } of files.values()) if (url) URL.revokeObjectURL(url)
    files.clear()
    withheld.clear()
    faults.clear()
    signers.clear()
    ended.value = false
    expected.value = 0
    error.value = null
  }

  const verdicts = computed(() => new Map([...files].map(([path, { verdict }]) => [path, verdict])))
  return {
    open,
    close,
    /** Why nothing, or not all, was downloaded. */
    error: computed(() => error.value ?? [...faults.values()][0] ?? null),
    /** Whether a file will not come: what went wrong, or null where the package does not hold it. */
    lacks: (packageId: string, path: string): { cause: unknown } | undefined => {
      const name = key(packageId, path)
      if (files.has(name)) return undefined
      const cause = faults.get(name) ?? error.value
      return cause || ended.value ? { cause: cause ?? null } : undefined
    },
    file: (packageId: string, path: string): EvidenceFile | undefined => files.get(key(packageId, path)),
    isWithheld: (packageId: string, path: string): boolean => withheld.has(key(packageId, path)),
    withheld: computed(() => withheld.size),
    signers: computed(() => [...signers]),
    integrity: computed(() => (expected.value ? summary(verdicts.value, expected.value, withheld.size) : null)),
  }
}

export type Evidence = ReturnType<typeof useEvidence>

interface Manifest {
  summary: PackageSummary
  listed: Listed[]
  verdict: Verdict
  signedBy: string[]
}

interface How {
  purpose: Purpose
  signal: AbortSignal
  /** The first picture, where it is on its way. */
  first: Promise<Bytes> | undefined
  /** Whether the manifest is the signed one: what another lists is nobody's word. */
  vouched: boolean
}

const hasFirst = (one: PackageSummary): boolean => one.kind === 'primary' && !one.missing.includes(FIRST)

function firstOf(one: PackageSummary, signal: AbortSignal): Promise<Bytes> {
  const coming = bytesOf(fileAddress(one.package_id, FIRST), signal)
  // Should it fail, whoever waits for it is told; nobody does where the manifest fails before.
  coming.catch(() => undefined)
  return coming
}

/** A manifest, sound where a key of this site signed these very bytes for this package. */
async function manifestOf(summary: PackageSummary, keys: readonly SiteKey[], signal: AbortSignal): Promise<Manifest> {
  const [bytes, envelope] = await Promise.all(
    [MANIFEST, ENVELOPE].map((name) => bytesOf(fileAddress(summary.package_id, name), signal)),
  )
  if (!bytes || !envelope) throw new Error('no manifest')
  const signedBy = await signersOf(bytes, envelope, keys)
  const sealed = signedBy.length > 0 && nameIn(bytes) === summary.package_id
  return { summary, listed: listing(bytes), verdict: sealed ? 'sound' : 'changed', signedBy }
}

/** Who signed a manifest; nobody, where its envelope does not hold. */
async function signersOf(manifest: Bytes, envelope: Bytes, keys: readonly SiteKey[]): Promise<string[]> {
  try {
    const { payload, keyIds } = openEnvelope(envelope, keys)
    return (await digestOf(payload)) === (await digestOf(manifest)) ? keyIds : []
  } catch {
    return []
  }
}

const key = (packageId: string, path: string): string => `${packageId}/${path}`

function rank(path: string): number {
  const found = ORDER.findIndex((start) => path.startsWith(start))
  return found < 0 ? ORDER.length : found
}

const mediaType = (path: string): string =>
  path.endsWith('.mp4') ? 'video/mp4' : path.endsWith('.jpg') ? 'image/jpeg' : ''
