// Numbers as people read them.
const two = number => String(number).padStart(2, '0');

/** 12:34, or 1:02:34 from an hour on. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds ?? 0));
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${two(minutes)}:${two(whole % 60)}`;
}

/** To a hundredth of a second: 12:34.56. */
export function exact(seconds) {
  const hundredths = Math.max(0, Math.round((seconds ?? 0) * 100));
  return `${clock(Math.floor(hundredths / 100))}.${two(hundredths % 100)}`;
}

/** As transcripts write it: 00:12:34. */
export function stamp(seconds) {
  const whole = Math.max(0, Math.floor(seconds ?? 0));
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

export function bytes(count) {
  if (count < 1e6) return `${Math.max(1, Math.round(count / 1e3))} kB`;
  return count < 1e9 ? `${Math.round(count / 1e6)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}

export const percent = (part, whole) => (whole > 0 ? Math.min(100, Math.floor((100 * part) / whole)) : 0);
