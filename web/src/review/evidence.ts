/** The files of an event's packages as they lie on the server, each checked against its manifest when it arrives. */
import { computed, reactive, ref, shallowRef } from 'vue'

import { bytesOf } from '@/api/client'

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

export const fileAddress = (packageId: string, path: string): string =>
  `/api/v1/packages/${encodeURIComponent(packageId)}/files/${path.split('/').map(encodeURIComponent).join('/')}`

/** Downloads one package after the other; a new call of `open` lets go of everything before it. */
export function useEvidence() {
  const files = reactive(new Map<string, EvidenceFile>())
  const expected = ref(0)
  const error = shallowRef<unknown>(null)
  let abort = new AbortController()

  async function open(packages: readonly PackageSummary[]): Promise<void> {
    close()
    const { signal } = abort
    try {
      const manifests = await Promise.all(packages.map((one) => manifestOf(one, signal)))
      if (signal.aborted) return
      expected.value = manifests.reduce((sum, { listed }) => sum + listed.length + 1, 0)
      for (const { summary, verdict } of manifests) {
        files.set(key(summary.package_id, MANIFEST), { path: MANIFEST, url: '', verdict })
      }
      for (const { summary, listed } of manifests) await download(summary.package_id, listed, signal)
    } catch (cause) {
      if (!signal.aborted) error.value = cause
    }
  }

  async function download(packageId: string, listed: readonly Listed[], signal: AbortSignal): Promise<void> {
    for (const one of [...listed].sort((a, b) => rank(a.path) - rank(b.path))) {
      const bytes = await bytesOf(fileAddress(packageId, one.path), signal)
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
    expected.value = 0
    error.value = null
  }

  const verdicts = computed(() => new Map([...files].map(([path, { verdict }]) => [path, verdict])))
  return {
    open,
    close,
    error,
    file: (packageId: string, path: string): EvidenceFile | undefined => files.get(key(packageId, path)),
    integrity: computed(() => (expected.value ? summary(verdicts.value, expected.value) : null)),
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

const mediaType = (path: string): string => (path.endsWith('.mp4') ? 'video/mp4' : path.endsWith('.jpg') ? 'image/jpeg' : '')
