/** Whether the bytes that were downloaded are those that were sealed: their digests against the manifest. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

export type Bytes = Uint8Array<ArrayBuffer>

/** SHA-256 in hex. Browsers have it only on pages by TLS and of this machine; elsewhere it is worked out here. */
export async function digestOf(bytes: Bytes): Promise<string> {
  const native = globalThis.crypto?.subtle as SubtleCrypto | undefined
  return bytesToHex(native ? new Uint8Array(await native.digest('SHA-256', bytes)) : sha256(bytes))
}

export interface Listed {
  path: string
  size: number
  sha256: string
}

/** What the manifest lists.
 * @throws Error when it is no manifest that we can read */
export function listing(manifest: Bytes): Listed[] {
  const content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(manifest)) as {
    files: { path: string; size: number; digests: Record<string, string> }[]
  }
  return content.files.map(({ path, size, digests }) => ({ path, size, sha256: digests.sha256 ?? '' }))
}

/** Which package a manifest is of. */
export function nameIn(manifest: Bytes): string {
  return (JSON.parse(new TextDecoder().decode(manifest)) as { package_id: string }).package_id
}

export type Verdict = 'sound' | 'changed'

/** How one file stands against its line in the manifest; a file that the manifest does not name was added. */
export async function judge(bytes: Bytes, listed: Listed | undefined): Promise<Verdict> {
  if (!listed || bytes.length !== listed.size) return 'changed'
  return (await digestOf(bytes)) === listed.sha256 ? 'sound' : 'changed'
}

export type Integrity =
  | { state: 'checking'; sound: number; total: number }
  | { state: 'sound'; sound: number; total: number }
  | { state: 'partly'; sound: number; total: number; withheld: number }
  | { state: 'changed'; files: string[] }

/** The badge: one changed file spoils the package; what was not downloaded, or is withheld from this viewer, is not
 * checked. `total` counts the withheld files, too. */
export function summary(verdicts: ReadonlyMap<string, Verdict>, total: number, withheld = 0): Integrity {
  const files = [...verdicts].filter(([, verdict]) => verdict === 'changed').map(([path]) => path)
  if (files.length) return { state: 'changed', files }
  const sound = verdicts.size
  if (sound < total - withheld) return { state: 'checking', sound, total: total - withheld }
  return withheld ? { state: 'partly', sound, total, withheld } : { state: 'sound', sound, total }
}
