// What the page says, in English and Chinese.

const english = {
  skip: 'Skip to the recording', recordings: 'Recordings', noRecordings: 'None yet.', model: 'Model', precision: 'Precision',
  reload: 'Load again', free: 'Free memory', forget: 'Forget everything now', work: 'Recording', theme: 'Light or dark',
  keys: 'Keys', otherLanguage: '中文', drop: 'Drop a recording here', more: 'Add another recording, or record one',
  dropNote: 'WAV MP3 M4A FLAC OGG OPUS WEBM MP4 MKV …, up to {hours} hours. It never leaves this computer.',
  choose: 'Choose files', record: 'Record', dropHere: 'Drop to add', duration: 'Duration', play: 'Play or pause',
  zoomIn: 'Zoom in', zoomOut: 'Zoom out', playbackSpeed: 'Speed of playing', start: 'Start', cancel: 'Cancel',
  progress: 'Progress', editable: 'Text, editable', plain: 'Plain text', copy: 'Copy', copyTimes: 'with times',
  revert: 'Undo all edits', jump: 'Jump to what is played', find: 'Find', exportAs: 'Export as …', export: 'Export {format}',
  demoModel: 'Demo model',
  demoNote: 'This is the demo model: it reads four synthetic voices and everyday English sentences, and no human voice. For real recordings put the released Qwen3-ASR-1.7B or 0.6B folder into the models folder (~/.local/share/sotto/models), then load again.',
  sealed: 'Network blocked by the kernel', open: 'Network not blocked', privacyTitle: 'What this program can reach',
  privacySealed: 'The kernel refuses this program, and the decoder it starts, every connection out. This is what the kernel says of it now:',
  privacyOpen: 'The kernel does not block the network here. Sotto opens no connection, and this system does not enforce it.',
  found: 'Found', source: 'Where to check', sockets: 'Open sockets', close: 'Close',
  loading: 'Loading', ready: 'Ready', busy: 'Working', freed: 'Memory freed', failed: 'Cannot load', none: 'No model',
  queuedCount: '{n} waiting', inMemory: '{size} of memory in use', part: 'Part {from} – {to} ✕',
  language: 'Language', automatic: 'automatic', terms: 'Names and terms', advanced: 'More',
  context: 'Topic or background, told to the model', hotWords: 'Names and terms, one a line: their spelling is kept',
  replacements: 'Replacements, one a line: from, tab, to', rules: 'Clean-up of the text', script: 'Chinese characters',
  simplified: 'simplified', traditional: 'traditional', heard: 'as heard', sound: 'Before the model hears it',
  highPass: 'remove rumble', denoise: 'reduce noise', loudness: 'level loudness', track: 'Sound track',
  save: 'Save as file', load: 'Read from file', polishNow: 'Apply to the text',
  state_receiving: 'sending {percent}', state_recording: 'recording', state_decoding: 'reading {time}', state_ready: 'ready to start',
  state_queued: 'waiting, no. {n}', state_running: '{percent}', state_done: 'done', state_incomplete: 'done, incomplete',
  state_cancelled: 'stopped', state_failed: 'failed', whyLoading: 'The model is loading …', whyDecoding: 'The recording is being read …',
  whyNone: 'There is no model.', again: 'Start again', startLoads: 'Start (loads the model)', waiting: 'Waiting in the queue, no. {n}',
  preparing: 'Beginning …', elapsed: '{t} elapsed', left: 'about {t} left', speed: '{x}× real time', remove: 'Remove', up: 'Earlier', down: 'Later',
  copied: 'Copied', nothing: 'No speech was heard.', gap_missing: 'not heard: {from} – {to}', gap_incomplete: 'may be incomplete: {from} – {to}',
  tryAgain: 'Try again', doubts: '{n} doubtful words (N)', speaker: 'Who speaks?', speakerNth: 'Speaker {n}', connectionLost: 'The connection to Sotto is lost. Trying again …',
  lost: 'Sotto was started anew and has lost “{name}”. Your text is still here.', sendAgain: 'Send it again', ok: 'OK', sureForget: 'All recordings and texts of this sitting are deleted from memory and disk. This cannot be undone.',
  microphone: 'Microphone', pause: 'Pause', goOn: 'Go on', finish: 'Stop and keep', discard: 'Throw away', recordingTitle: 'Recording',
  refused: 'The browser does not let this page use the microphone. Allow it in the address bar, then try again.',
  noMicrophone: 'No microphone was found. Connect one, then try again.',
  insecure: 'A browser lends its microphone only to pages at localhost or over HTTPS. Open http://127.0.0.1:8501 on this computer, or start Sotto with --tls-cert and --tls-key.',
  unfinished: 'This recording was interrupted: {time} are safe.', found_n: '{i} of {n}', found_0: 'not found', events: 'sounds',
  key_space: 'play or pause (Ctrl+Space in the text)', key_jkl: 'back 10 s, play, forward 10 s', key_arrows: '5 s back or forward', key_find: 'find', key_export: 'export',
  key_start: 'start', key_escape: 'cancel, close', key_n: 'next doubtful word', key_s: 'who speaks, at the paragraph that is played', key_help: 'these keys',
};

const chinese = {
  skip: '跳到录音', recordings: '录音', noRecordings: '还没有。', model: '模型', precision: '精度', reload: '重新加载', free: '释放内存',
  forget: '立即全部清除', work: '录音', theme: '浅色或深色', keys: '快捷键', otherLanguage: 'English', drop: '把录音拖到这里', more: '再添加一个文件，或录制',
  dropNote: 'WAV MP3 M4A FLAC OGG OPUS WEBM MP4 MKV …，最长 {hours} 小时。文件不会离开这台电脑。', choose: '选择文件', record: '开始录制', dropHere: '松开即可添加',
  duration: '音频时长', play: '播放或暂停', zoomIn: '放大', zoomOut: '缩小', playbackSpeed: '播放速度', start: '开始识别', cancel: '取消', progress: '进度',
  editable: '文本（可编辑）', plain: '纯文本', copy: '复制', copyTimes: '带时间', revert: '撤销全部修改', jump: '回到播放处', find: '查找', exportAs: '导出为…', export: '导出 {format}',
  demoModel: '演示模型', demoNote: '这是演示模型：只能识别四种合成语音和日常英语句子，不能识别真人语音。真实录音请把 Qwen3-ASR-1.7B 或 0.6B 的模型文件夹放入模型目录（~/.local/share/sotto/models），再重新加载。',
  sealed: '内核已阻断网络', open: '网络未阻断', privacyTitle: '本程序能连到哪里', privacySealed: '内核拒绝本程序及其解码器的一切对外连接。内核此刻的说明：',
  privacyOpen: '此系统的内核没有阻断网络。Sotto 不会发起连接，但系统没有强制。', found: '结果', source: '在哪里核实', sockets: '打开的套接字', close: '关闭',
  loading: '加载中', ready: '就绪', busy: '识别中', freed: '内存已释放', failed: '无法加载', none: '没有模型', queuedCount: '{n} 个等待', inMemory: '占用内存 {size}', part: '片段 {from} – {to} ✕',
  language: '语言', automatic: '自动', terms: '术语', advanced: '更多', context: '主题或背景，告诉模型', hotWords: '人名和术语，每行一个：保留其写法', replacements: '替换，每行一条：原文、制表符、新文',
  rules: '文本整理', script: '汉字', simplified: '简体', traditional: '繁体', heard: '照原样', sound: '识别前处理声音', highPass: '去低频噪声', denoise: '降噪', loudness: '均衡响度', track: '音轨',
  save: '存为文件', load: '从文件读取', polishNow: '应用到文本', state_receiving: '上传 {percent}', state_recording: '录制中', state_decoding: '读取 {time}', state_ready: '可以开始', state_queued: '排队第 {n}',
  state_running: '{percent}', state_done: '完成', state_incomplete: '完成，不完整', state_cancelled: '已停止', state_failed: '失败', whyLoading: '模型加载中…', whyDecoding: '正在读取录音…', whyNone: '没有模型。',
  again: '重新识别', startLoads: '开始识别（先加载模型）', waiting: '排队中，第 {n} 位', preparing: '即将开始…', elapsed: '已用 {t}', left: '剩余约 {t}', speed: '{x} 倍实时', remove: '移除', up: '提前', down: '推后',
  copied: '已复制', nothing: '没有听到语音。', gap_missing: '未识别：{from} – {to}', gap_incomplete: '可能不完整：{from} – {to}', tryAgain: '重试', doubts: '{n} 处存疑（N）', speaker: '谁在说话？', speakerNth: '发言人 {n}',
  connectionLost: '与 Sotto 的连接断开，正在重试…', lost: 'Sotto 已重新启动，丢失了“{name}”。您的文本仍在这里。', sendAgain: '重新上传', ok: '确定', sureForget: '本次的全部录音和文本将从内存和磁盘中删除，无法恢复。',
  microphone: '麦克风', pause: '暂停', goOn: '继续', finish: '停止并保留', discard: '丢弃', recordingTitle: '录音', refused: '浏览器不允许本页使用麦克风。请在地址栏中允许，然后重试。', noMicrophone: '没有找到麦克风。请连接后重试。',
  insecure: '浏览器只允许 localhost 或 HTTPS 页面使用麦克风。请在本机打开 http://127.0.0.1:8501，或用 --tls-cert 和 --tls-key 启动 Sotto。', unfinished: '此录制被中断：已保存 {time}。', found_n: '{i} / {n}', found_0: '没有找到', events: '声音',
  key_space: '播放或暂停（文本中用 Ctrl+空格）', key_jkl: '后退 10 秒、播放、前进 10 秒', key_arrows: '后退或前进 5 秒', key_find: '查找', key_export: '导出', key_start: '开始识别', key_escape: '取消、关闭', key_n: '下一处存疑', key_s: '播放中的段落是谁在说话', key_help: '本列表',
};

export let isChinese = (localStorage.getItem('language') ?? navigator.language).startsWith('zh');

/** A text in the page's language, with its {places} filled. */
export function t(key, places = {}) {
  const text = (isChinese ? chinese : english)[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
}

export function switchLanguage() {
  isChinese = !isChinese;
  localStorage.setItem('language', isChinese ? 'zh' : 'en');
}

/** Fills every element that names a text. */
export function translate() {
  document.documentElement.lang = isChinese ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll('[data-t-label]')) element.setAttribute('aria-label', t(element.dataset.tLabel));
  for (const element of document.querySelectorAll('[data-t-placeholder]')) element.placeholder = t(element.dataset.tPlaceholder);
}

/** 12:34.56, or 1:02:34.56. */
export function clock(seconds, digits = 2) {
  const factor = 10 ** digits;
  const total = Math.max(0, Math.round((seconds ?? 0) * factor));
  const whole = Math.floor(total / factor);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (number) => String(number).padStart(2, '0');
  const fraction = digits ? '.' + String(total % factor).padStart(digits, '0') : '';
  return (hours ? hours + ':' : '') + pad(minutes) + ':' + pad(rest) + fraction;
}

/** [00:12:34] */
export function stamp(seconds) {
  const text = clock(Math.floor(seconds), 0);
  return text.length < 6 ? '00:' + text : text.padStart(8, '0');
}

export function size(bytes) {
  if (bytes >= 1e9) return (bytes / 1073741824).toFixed(1) + ' GB';
  return Math.round(bytes / 1048576) + ' MB';
}
