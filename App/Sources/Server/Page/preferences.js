// What the reader chose, kept in this browser: preferences and word lists, never audio or text of recordings.
const prefix = 'sotto.';

export function preference(name, fallback) {
  try {
    const stored = localStorage.getItem(prefix + name);
    return stored === null ? fallback : JSON.parse(stored);
  } catch { return fallback; }
}

export function remember(name, value) {
  try { localStorage.setItem(prefix + name, JSON.stringify(value)); } catch { /* Private windows may refuse. */ }
}

export function applyTheme() {
  const theme = preference('theme', 'system');
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function switchTheme() {
  const isDark = preference('theme', 'system') === 'system'
    ? matchMedia('(prefers-color-scheme: dark)').matches : preference('theme') === 'dark';
  const isSystemDark = matchMedia('(prefers-color-scheme: dark)').matches;
  remember('theme', isDark === isSystemDark ? (isDark ? 'light' : 'dark') : 'system');
  applyTheme();
  dispatchEvent(new Event('themechange'));
}
