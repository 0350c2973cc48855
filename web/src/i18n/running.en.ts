import type { RunningWords } from './running.zh-CN'

const en: RunningWords = {
  system: {
    hint: 'How this machine and installation do; asked anew every 15 s.', asOf: 'as of {time}', sound: 'All is well', faulty: 'Something needs doing', yes: 'yes', no: 'no', fine: 'well', fault: 'fault',
    analysis: 'Analysis', running: 'Running', noCameras: 'No cameras yet', notWatched: 'The analysis does not run: last report at {time}. Operations start it with jiejing run.', reported: 'Last report {time}', toCameras: 'To the cameras',
    queues: 'Waiting', to_seal: 'to be sealed', to_decide: 'to be decided', overdue: 'overdue', more_evidence: 'for more evidence', second_look: 'second looks',
    clock: 'Server clock', method: 'Known by', method_adjtimex: 'the kernel (NTP)', method_unknown: 'unknown', synchronised: 'NTP steers it', offset: 'Offset', maxError: 'Error at most', zone: 'Zone of the site',
    disk: 'Disk', fullIn: 'At the pace of the last seven days full in about {days} days ({day})', fullUnknown: 'When it will be full cannot be told yet', pace: '{count} packages a day', least: 'below {size} free nothing is recorded', counting: 'Counting the folders…',
    folder_packages: 'Packages', folder_ring: 'Ring', folder_drafts: 'Drafts', folder_attachments: 'Photos', folder_models: 'Models', folder_quiet: 'Frames without alarm', folder_others: 'Other', folder_free: 'Free',
    checks: 'Checks', check_ffmpeg: 'ffmpeg', check_font: 'Font', check_home: 'Home', check_database: 'Data base', check_signing_key: 'Signing key', check_models: 'Models', check_clock: 'Clock',
    fault_ffmpeg: 'ffmpeg is missing: no stream can be read.', fault_font: 'No font with Chinese signs: pictures are marked in Latin.', fault_home: 'The home cannot be written, or is nearly full.', fault_database: 'The data base cannot be opened, or is of another version.', fault_signing_key: 'The signing key cannot be used: nothing is sealed.',
    fault_models: 'No model can be used: nobody looks at the cameras.', fault_clock: 'The clock may be off by more than 1 s: set up NTP.',
    versions: 'Versions', software: 'Software', models: 'Models in use', database: 'Data base', schema: 'Schema', schemaWanted: 'should be {wanted}',
  },
  models: {
    hint: 'Which models look, on what grounds, and how well. A change needs a reason, holds within seconds and loses no dwell.', export: 'Export training data', exportHint: 'Decided events with their pictures as one .zip, which jiejing dataset harvest takes in on any machine. Privacy masks are black. The download is in the audit.',
    exportRange: 'Became final', exportLabels: 'Labels (none: all)', exportPurpose: 'What the pictures are for', download: 'Download',
    inUse: 'In use', inShadow: 'In shadow', beginShadow: 'Run in shadow', endShadow: 'End the shadow', promote: 'Promote', promoteTo: 'Promote {name}', rollBack: 'Roll back', rollback: 'Roll back', forced: 'forced',
    promoteHint: 'It takes the place of: {now}', rollBackHint: 'What was in use before takes the place of: {now}', reason: 'Reason', reasonPlaceholder: 'Kept in the history and the audit', objected: 'The gate objects', force: 'I know the risk; promote it all the same (marked as forced)',
    limits: 'Not to be trusted with:', labels: 'Finds', trainedOn: 'Learned from', licence: 'Licence', input: 'Input', speed: '{ms} ms a picture', figures: 'Figures', noFigures: 'No figures.',
    ground_real: 'Real pictures', ground_realLong: 'measured on real pictures that were never learned from', ground_mixed: 'Real and rendered', ground_mixedLong: 'the validation set holds rendered streets: no accuracy on real ones', ground_rendered: 'Regression check', ground_renderedLong: 'on rendered streets alone: says whether something broke, and is no accuracy',
    measure: 'Measure', value: 'Value', check: 'Check', interval: '95 % interval', asked: 'Asked', counts: 'On',
    shadowOf: 'In shadow: {name}', shadowHint: 'The candidate looks at the frames that the models in use see, and alarms nobody. There is no truth here, only differences.', frames: '{cameras} cameras, {frames} frames (at least {least})', passes: 'The gate lets it pass: it may be promoted.',
    thing: 'Thing', both: 'Seen by both', onlyInUse: 'In use alone', onlyCandidate: 'Candidate alone', violationsOf: 'Violations: {name}', group_vehicle: 'Motor vehicle', group_two_wheeler: 'Two-wheeler',
    history: 'History', noHistory: 'Nothing was ever changed.',
  },
  supervision: {
    hint: 'Rejections and exemptions by officer, plate and shop; each figure leads to its events. Looking is in the audit.', by: 'Group by', by_officer: 'Officer', by_plate: 'Plate', by_shop: 'Shop', none_officer: 'Unknown', none_plate: 'No plate entered', none_shop: 'No shop entered',
    decided: 'Decided', rejected: 'Rejected', rejectShare: 'Share rejected (95 %)', exempted: 'Exempted', exemptShare: 'Share exempted (95 %)', reasons: 'Reasons', openRejected: 'Rejections: {name}', openExempted: 'Exemptions: {name}',
    empty: 'Nothing was decided in this period', note: 'Final first decisions only; blind second looks do not count. Exempted are rejections of what was really there: on duty, permitted, inside a bay, corrected at once. Few decisions make wide intervals, from which nothing follows; nobody is scored here.',
  },
}

export default en
