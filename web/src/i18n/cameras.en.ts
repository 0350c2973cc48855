import type zh from './cameras.zh-CN'

const en: typeof zh = {
  adding: {
    button: 'Add camera', title: 'Add a camera', source: 'Stream address', transport: 'Transport', usual: 'Default', try: 'Try', probing: 'Connecting and measuring, about 5 s', notTried: 'Enter the address and try it: see the picture first, then add.', reached: 'Reached',
    codec: 'Codec', gop: 'Key frame every', rate: 'Bit rate', id: 'Id', idHint: 'GB/T 28181 id, or letters, digits', name: 'Name', noOrg: 'No organisation', address: 'Place', heading: 'Heading', headingHint: 'like: east to west', grid: 'Grid', lon: 'Longitude', lat: 'Latitude',
    next: 'Zones are drawn next.', create: 'Add and draw zones', edit: 'Change {name}', change: 'Change', hidden: '*** stands for the password that is kept; a new address is written in full.', detectSource: 'Sub-stream (for detection)', optional: 'optional',
    mode: 'Sampling', mode_auto: 'Automatic', mode_keyframe: 'Key frames only', mode_interval: 'By interval', interval: 'Interval (seconds)', remove: 'Remove', removeAsk: 'Remove {name}? Events and evidence stay; with zones in force a second person confirms.',
    emptyHint: 'Add one, or import a table of many. A new site begins with a site file (YAML).',
  },
  importing: {
    hint_id: 'A GB/T 28181 id, or up to 40 letters, digits, - and _; used once; formatted as text', hint_name: 'Needed, up to 80 characters', hint_source: 'Begins with rtsp:// or rtsps://; {\'@\'} : / in a password are percent-encoded; never this server itself', hint_detect_source: 'As the stream address; empty without a sub-stream', hint_org: 'The system administrator adds nodes first; it has to be one that you see', hint_grid: '1 to 15 digits', hint_lon: 'A number, like 118.62', hint_lat: 'A number, like 28.74', hint_mode: 'auto, keyframe or interval', hint_interval_s: 'Seconds, 0.1 to 60', hint_legal: 'The legal reviewer enters it, camera by camera; leave it out',
    button: 'Import', export: 'Export', as_xlsx: 'Spreadsheet (XLSX)', as_csv: 'Table (CSV)', as_yaml: 'Site file (YAML, with zones)', title: 'Import cameras', drop: 'Drop a file here, or choose one', another: 'Choose another file', kinds: 'XLSX, CSV (UTF-8 or GBK), YAML; looked at first, nothing is written yet',
    columns: 'Columns of the table', columnsHint: 'The first row names the columns, in Chinese or English, in any order; id, name and source are needed. Format the id column as text. Cameras that are there keep their zones; an empty cell changes nothing.', kind: 'Only .xlsx, .csv and .yaml files are taken.', faults: '{count} faults', added: 'New', changed: 'Changed', waits: 'Waits for a second person', same: 'Same',
    onlyFaults: 'Faults', cameras: 'Cameras', row: 'Row', field: 'Column', cause: 'What is wrong, what to do', effect: 'Effect', nothingTaken: 'Mend the file and drop it again. With faults nothing of it is taken.', dry: 'Looked at and sound; nothing is written yet.', take: 'Import {count}', applied: '{count} imported', appliedHint: 'The running analysis takes them up within seconds. Draw the zones of new cameras next.', close: 'Done',
  },
  zones: {
    validFromShort: 'From', validToShort: 'Until', edit: 'Edit zones', back: 'Back to the cameras', presets: 'Presets', addPreset: 'Add a preset', removePreset: 'Remove this preset', tools: 'Drawing tools', newZone: 'Draw zone', newMask: 'Draw privacy mask', rectangle: 'Place a rectangle', copy: 'Copy zones', undo: 'Undo', redo: 'Redo', again: 'New picture',
    picture: 'The camera\'s picture of now', looking: 'Getting a picture…', noPicture: 'No picture came; edit on an empty one.', list: 'Zones and masks', nothing: 'No zones yet. Choose “Draw zone” and click around the ground that counts.', mask: 'Privacy mask {number}', maskHint: 'What is masked is black before anything looks at it, and in every picture.', removeMask: 'Remove mask', saved: 'Saved; it holds within seconds',
    reason: 'Why (optional, for the second person)', leave: 'Changes are not saved. Leave?', point: 'Point {number}, {x} % across, {y} % down', addPoint: 'Add a point here', draw_zone: 'Click point by point; click the first one or press Enter to finish, Backspace takes one back, Esc cancels', draw_mask: 'Click around what has to be black; Enter finishes, Esc cancels', draw_permit: 'Click around what is permitted; Enter finishes, Esc cancels',
    editHint: 'Drag points, drag the small ones to add; arrows move the chosen point (Shift: ten times), Delete removes it', fault_crossing: 'Edges may not cross; it went back.', fault_few: 'At least three points.', fault_flat: 'It has no area; pull the points apart.', fault_id: 'Zone ids are letters, digits, - and _, each used once.', fault_permit_no: 'A permit needs its number.',
    name: 'Name', id: 'Id', violation: 'Violation', inForce: 'In force', inForceHint: 'Alarms, with sealed evidence', observing: 'Observing', observingHint: 'Events are written, nobody is alarmed; it is in force by itself at the end, or when you say so', times: 'Times', violation_after_s: 'Violation after', candidate_after_s: 'Still after', bridge_gap_s: 'Gap bridged', seconds: 's', default: 'default {value}',
    schedule: 'Hours', days: 'Days', day_mon: 'M', day_tue: 'T', day_wed: 'W', day_thu: 'T', day_fri: 'F', day_sat: 'S', day_sun: 'S', from: 'From', to: 'To', addHours: 'More hours', removeHours: 'Remove these hours',
    permits: 'Permits (market, loading)', noPermits: 'None.', permitNo: 'Number of the permit', addPermit: 'Add a permit', removePermit: 'Remove the permit', validFrom: 'First day', validTo: 'Until (not included)', permitPart: 'Only a part of the zone', permitWhole: 'The whole zone',
    more: 'More', exempt: 'Things that may stand here', attended: 'A person beside it', attended_ignore: 'does not matter', attended_attended: 'only with one', attended_unattended: 'only without one', agency: 'Competent agency', agencyOurs: 'ours; with another one only leads are handed over', shop: 'Shop', licence: 'Licence no.', minScore: 'Least score {value}', minScoreShort: 'Least score', remove: 'Remove zone',
    copyTitle: 'Copy zones', copyFrom: 'From', thisCamera: 'Other presets of this camera', copyNothing: 'There are no zones to copy.', copyHint: 'Permits are not copied; copies observe their first week.', copyCount: 'Copy {count}',
  },
  observing: {
    until: 'Observing until {when}', because_budget: 'Sent back to observing: alarms of one day over the budget ({count}/{limit})', because_rejected: 'Sent back to observing: too many rejected in 7 days ({count}/{limit})', since: 'since {when}', count: '{count} sent back to observing', short: 'Sent back', hint: 'Events are written, nobody is alarmed, until somebody puts it in force', end: 'Observes until', endless: 'until it is put in force', budget: 'Budget of alarms', perDay: 'a day',
  },
  secondPerson: {
    before: 'Now', after: 'Then', title: 'A change waits for a second person', removal: 'Removing this camera waits for a second person', asked: '{name} asked · {when}', untilThen: 'Until then the old rule holds.', note: 'Remark (optional)', confirm: 'Let it hold', reject: 'Turn down', withdraw: 'Withdraw', count: '{count} to confirm', list: 'Changes that wait for a second person', chip: 'waits',
  },
  takes: {
    zone_removed: 'Zone removed', zone_smaller: 'Zone smaller', zone_covered: 'Zone covered by a mask', type_changed: 'Other violation', alarms_off: 'Alarms off', limit_longer: 'Longer limit', gap_shorter: 'Shorter gaps', score_higher: 'Higher score', hours_fewer: 'Fewer hours', permit_added: 'New permit', exemption_added: 'New exemption',
    attended_narrower: 'Narrower about persons', agency_changed: 'Another agency', budget_lower: 'Smaller budget of alarms', preset_unwatched: 'Preset no longer watched', mask_smaller: 'Privacy mask smaller',
  },
  legal: {
    sign: 'Sign at the place', signLong: 'A sign stands at the place', yes: 'yes', no: 'no', enter: 'Enter the legal record', attach: 'Attach the document (PDF or photo)', replace: 'Another document (else the present one stays)', needsDocument: 'Attach the document that it rests on.', history: 'Entered before ({count})',
  },
}

export default en
