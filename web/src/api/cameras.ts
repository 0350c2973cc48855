import { api, authorised, body } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type CameraSummary = Schemas['CameraSummary']
export type CameraDetail = Schemas['CameraDetail']
export type CameraCreate = Schemas['CameraCreate']
export type CameraWrite = Schemas['CameraWrite']
export type Preset = Schemas['Preset']
export type Zone = Schemas['Zone']
export type Permit = Schemas['Permit']
export type Hours = Schemas['Hours']
export type Stream = Schemas['StreamPublic']
export type Probe = Schemas['ProbePublic']
export type AddressAsked = Schemas['AddressAsked']
export type Relaxation = Schemas['RelaxationPublic']
export type LegalEntry = Schemas['LegalEntryPublic']
export type LegalWrite = Schemas['LegalWrite']
export type ImportResult = Schemas['ImportPublic']
export type ImportColumn = Schemas['ImportColumn']
export type ImportField = Schemas['ImportField']
export type ZoneOptions = Schemas['ZoneOptions']
export type ZoneType = Schemas['ZoneTypePublic']
export type Transport = NonNullable<CameraDetail['transport']> | null
export type StreamKind = CameraDetail['source_kind']
/** How a stream may be declared to reach us. */
export const SOURCE_KINDS = ['live', 'gateway', 'replayed'] as const satisfies readonly StreamKind[]
export type Polygon = [number, number][]
/** What of a camera rules and privacy hang on. */
export interface Scene {
  presets: Preset[]
  privacy_masks: Polygon[]
}
/** A camera as it was read, and the version that this was. */
export interface ReadCamera {
  camera: CameraDetail
  etag: string
}

const CAMERA = '/api/v1/cameras/{camera_id}'
const of = (camera_id: string) => ({ path: { camera_id } })
const asRead = (camera_id: string, etag: string) => ({ ...of(camera_id), header: { 'if-match': etag } })

export const readCameras = () => body(api.GET('/api/v1/cameras'))
export const readZoneOptions = () => body(api.GET('/api/v1/zone-options'))

export async function readCamera(cameraId: string): Promise<ReadCamera> {
  const { data, response } = await api.GET(CAMERA, { params: of(cameraId) })
  return { camera: data as CameraDetail, etag: response.headers.get('ETag') ?? '' }
}

export const createCamera = (camera: CameraCreate) => body(api.POST('/api/v1/cameras', { body: camera }))

export const replaceCamera = (cameraId: string, etag: string, camera: CameraWrite) =>
  body(api.PUT(CAMERA, { params: asRead(cameraId, etag), body: camera }))

export const replaceZones = (cameraId: string, etag: string, scene: Scene, reason: string) =>
  body(api.PUT(`${CAMERA}/zones`, { params: asRead(cameraId, etag), body: { ...scene, reason } }))

/** The camera where its removal waits for a second person; else undefined. */
export const removeCamera = (cameraId: string, etag: string, reason: string) =>
  body<CameraDetail | undefined>(api.DELETE(CAMERA, { params: { ...asRead(cameraId, etag), query: { reason } } }))

export const probeCamera = (asked: AddressAsked) => body(api.POST('/api/v1/camera-probes', { body: asked }))

/** One picture of an address that is being added, as a blob: address that the caller lets go of. */
export async function snapshotOf(asked: AddressAsked): Promise<string> {
  const init = { method: 'POST', body: JSON.stringify(asked), headers: { 'Content-Type': 'application/json' } }
  return picture(await authorised('/api/v1/camera-snapshots', init))
}

/** One picture of a camera with its privacy masks, as a blob: address that the caller lets go of. */
export const snapshotOfCamera = async (cameraId: string): Promise<string> =>
  picture(await authorised(`/api/v1/cameras/${encodeURIComponent(cameraId)}/snapshot`))

/** Keeps a picture of where the camera looks now; a preset whose `view` it becomes is known by it. */
export const takeView = async (cameraId: string): Promise<string> =>
  (await body(api.POST(`${CAMERA}/views`, { params: of(cameraId) }))).view

/** The picture by which a preset is known, as a blob: address that the caller lets go of. */
export const pictureOfView = async (cameraId: string, view: string): Promise<string> =>
  picture(await authorised(`/api/v1/cameras/${encodeURIComponent(cameraId)}/views/${encodeURIComponent(view)}`))

const picture = async (response: Response): Promise<string> => URL.createObjectURL(await response.blob())

export const readRelaxations = () => body(api.GET('/api/v1/relaxations'))

const RELAXATION = '/api/v1/relaxations/{request_id}'
const request = (request_id: string) => ({ path: { request_id } })

export const confirmRelaxation = (id: string, note: string) =>
  body(api.POST(`${RELAXATION}/confirm`, { params: request(id), body: { note } }))
export const rejectRelaxation = (id: string, note: string) =>
  body(api.POST(`${RELAXATION}/reject`, { params: request(id), body: { note } }))
export const withdrawRelaxation = (id: string) => body(api.POST(`${RELAXATION}/withdraw`, { params: request(id) }))

export const readLegal = (cameraId: string) => body(api.GET(`${CAMERA}/legal`, { params: of(cameraId) }))
export const enterLegal = (cameraId: string, etag: string, legal: LegalWrite) =>
  body(api.PUT(`${CAMERA}/legal`, { params: asRead(cameraId, etag), body: legal }))

export function addLegalDocument(cameraId: string, file: File) {
  const form = new FormData()
  form.set('file', file)
  return body(
    api.POST(`${CAMERA}/legal-documents`, {
      params: of(cameraId),
      body: form as unknown as Schemas['Body_add_legal_document'],
    }),
  )
}

export const legalDocumentAddress = (id: string): string => `/api/v1/legal-documents/${encodeURIComponent(id)}`

export type FileKind = 'csv' | 'xlsx' | 'yaml'

/** `columns`: what a person says that columns of the table are, by their titles; '' leaves one out. */
export function importCameras(file: File, kind: FileKind, dryRun: boolean, columns: Record<string, string> = {}) {
  const form = new FormData()
  form.set('file', file)
  form.set('kind', kind)
  form.set('dry_run', String(dryRun))
  form.set('columns', JSON.stringify(columns))
  return body(api.POST('/api/v1/camera-imports', { body: form as unknown as Schemas['Body_import_cameras'] }))
}

export const templateAddress = (format: 'csv' | 'xlsx'): string => `/api/v1/camera-templates?format=${format}`

export const exportAddress = (format: FileKind): string => `/api/v1/camera-exports?format=${format}`
