// Puts the page together.
import { $ } from './dom.js';
import { listen } from './api.js';
import { store } from './state.js';
import { applyTheme, switchTheme } from './preferences.js';
import { startStatus } from './status.js';
import { startIntake } from './intake.js';
import { startRecorder } from './recorder.js';
import { startPlayer } from './player.js';
import { startWaveform } from './waveform.js';
import { startOptions } from './options.js';
import { startProgress } from './progress.js';
import { setSpeaker, startEditor } from './editor.js';
import { startGutter } from './gutter.js';
import { startPlain } from './plain.js';
import { startReading } from './reading.js';
import { startExports } from './exports.js';
import { startSidebar } from './sidebar.js';
import { startKeys } from './keys.js';
import { switchLanguage, t, translate } from './words.js';

applyTheme();
translate();
for (const begin of [startStatus, startIntake, startRecorder, startPlayer, startWaveform, startOptions, startProgress, startEditor, startGutter,
  startPlain, startReading, startExports, startSidebar, startKeys]) begin();

$('theme').onclick = switchTheme;
$('language-switch').onclick = () => { switchLanguage(); store.tell('language'); };
store.on('speaker', ({ key, name, isEverywhere }) => setSpeaker(key, name, isEverywhere));

let goneTimer = 0;
function showConnection(isConnected) {
  clearTimeout(goneTimer);
  if (isConnected) { $('connection').hidden = true; set(true); return; }
  goneTimer = setTimeout(() => { $('connection').textContent = t('disconnected'); $('connection').hidden = false; set(false); }, 1200);
}
function set(isConnected) {
  if (store.isConnected === isConnected) return;
  store.isConnected = isConnected;
  store.tell('connection');
}

listen((name, data) => store.take(name, data), showConnection);
