/** The files of an event's packages as they lie on the server, each checked against its manifest when it arrives. */
import { computed, reactive, ref, shallowRef } from 'vue'

import { bytesOf } from '@/api/client'
import { maskedFiles } from '@/api/review'

import { digestOf, judge, listing, summary, type Listed, type Verdict } from './integrity'
import type { PackageSummary } from './model'

const MANIFEST = 'manifest.json'
/** What an officer looks at first is downloaded first. */
const ORDER = ['marked/first_rest', 'marked/violation', 'marked/', 'originals/', 'composite', 'clip/timelapse', 'clip/']

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
  let abort = new AbortController()

  async function open(packages: readonly PackageSummary[], purpose: Purpose): Promise<void> {
    close()
    const { signal } = abort
    try {
      const manifests = await Promise.all(packages.map((one) => manifestOf(one, signal)))
      const masked = purpose === null ? await Promise.all(packages.map((one) => maskedFiles(one.package_id))) : []
      if (signal.aborted) return
      masked.forEach((paths, number) => withhold(manifests[number], paths))
      expected.value = manifests.reduce((sum, { listed }) => sum + listed.length + 1, 0)
      for (const { summary, verdict } of manifests) {
        files.set(key(summary.package_id, MANIFEST), { path: MANIFEST, url: '', verdict })
      }
      for (const { summary, listed } of manifests) await download(summary.package_id, listed, purpose, signal)
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
    purpose: Purpose,
    signal: AbortSignal,
  ): Promise<void> {
    const wanted = listed.filter((one) => !withheld.has(key(packageId, one.path)))
    for (const one of wanted.sort((a, b) => rank(a.path) - rank(b.path))) {
      const bytes = await bytesOf(fileAddress(packageId, one.path, purpose), signal)
      const verdict = await judge(bytes, one)
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
    expected.value = 0
    error.value = null
  }

  const verdicts = computed(() => new Map([...files].map(([path, { verdict }]) => [path, verdict])))
  return {
    open,
    close,
    error,
    file: (packageId: string, path: string): EvidenceFile | undefined => files.get(key(packageId, path)),
    isWithheld: (packageId: string, path: string): boolean => withheld.has(key(packageId, path)),
    withheld: computed(() => withheld.size),
    integrity: computed(() => (expected.value ? summary(verdicts.value, expected.value, withheld.size) : null)),
  }
}

export type Evidence = ReturnType<typeof useEvidence>

interface Manifest {
  summary: PackageSummary
  listed: Listed[]
  verdict: Verdict
}

async function manifestOf(summary: PackageSummary, signal: AbortSignal): Promise<Manifest> {
  const bytes = await bytesOf(fileAddress(summary.package_id, MANIFEST), signal)
  const verdict = (await digestOf(bytes)) === summary.manifest_sha256 ? 'sound' : 'changed'
  return { summary, listed: listing(bytes), verdict }
}

const key = (packageId: string, path: string): string => `${packageId}/${path}`

function rank(path: string): number {
  const found = ORDER.findIndex((start) => path.startsWith(start))
  return found < 0 ? ORDER.length : found
}

const mediaType = (path: string): string =>
  path.endsWith('.mp4') ? 'video/mp4' : path.endsWith('.jpg') ? 'image/jpeg' : ''
