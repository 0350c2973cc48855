/** The signature of a manifest, checked in this browser: a DSSE envelope (github.com/secure-systems-lab/dsse) with
 * Ed25519 (RFC 8032). Pages without TLS have no WebCrypto, so nothing here needs it. */
import { hashes, verify } from '@noble/ed25519'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'

import type { Bytes } from './integrity'

hashes.sha512 = sha512

const PAYLOAD_TYPE = 'application/vnd.jiejing.evidence-manifest+json'
/** What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410). */
const SPKI = hexToBytes('302a300506032b6570032100')

/** A public key as the server gives it, by the name that manifests give it. */
export interface SiteKey {
  key_id: string
  public_key: string
}

export interface Signed {
  /** The very bytes that were signed. */
  payload: Bytes
  /** Who signed: the keys of the site whose signature holds. */
  keyIds: string[]
}

interface Envelope {
  payload: string
  payloadType: string
  signatures: { keyid: string; sig: string }[]
}

/** What an envelope holds.
 * @throws Error when none of these keys signed it, or the signature of one does not hold */
export function openEnvelope(envelope: Bytes, keys: readonly SiteKey[]): Signed {
  const { payload: coded, payloadType, signatures } = parsed(envelope)
  if (payloadType !== PAYLOAD_TYPE) throw new Error('the envelope is of another type')
  const payload = decoded(coded)
  const message = preAuthenticationEncoding(payloadType, payload)
  const keyIds: string[] = []
  for (const { keyid, sig } of signatures) {
    const key = keys.find((one) => one.key_id === keyid)
    if (!key) continue
    if (!namesItself(key) || !verify(decoded(sig), message, hexToBytes(key.public_key), { zip215: false }))
      throw new Error('the signature does not hold')
    keyIds.push(keyid)
  }
  if (!keyIds.length) throw new Error('no key of this site signed it')
  return { payload, keyIds }
}

/** A name of a key for people: groups that two can read to each other. */
export const fingerprint = (keyId: string): string => keyId.slice(0, 16).match(/.{4}/g)?.join(' ') ?? keyId

const namesItself = ({ key_id, public_key }: SiteKey): boolean =>
  bytesToHex(sha256(concatBytes(SPKI, hexToBytes(public_key)))) === key_id

function preAuthenticationEncoding(kind: string, payload: Bytes): Uint8Array {
  const type = new TextEncoder().encode(kind)
  const head = new TextEncoder().encode(`DSSEv1 ${type.length} ${kind} ${payload.length} `)
  return concatBytes(head, payload)
}

function parsed(envelope: Bytes): Envelope {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(envelope)) as Envelope
}

const decoded = (coded: string): Bytes => Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0))
