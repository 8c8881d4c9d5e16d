// Tells a wedge scanner from fingers: at least six characters in one run, median gap at most 50 ms, ended by Enter.
const GAP_MAX_MS = 50;
/** A longer pause begins a new run: what a person typed just before a scan is no part of it. */
const RUN_GAP_MAX_MS = 100;
const CHARS_MIN = 6;

type Key = { code: string; at: number };

export class BurstDetector {
  private keys: { char: string; at: number }[] = [];

  /** Whether this key would begin a run: the moment to remember what stood in the field. */
  begins(at: number): boolean {
    const last = this.keys.at(-1);
    return !last || at - last.at > RUN_GAP_MAX_MS;
  }

  /** Feeds a key; returns the scanned text when this key ends a burst. */
  press({ code, at }: Key): string | null {
    if (this.begins(at)) this.keys = [];
    if (code === "Enter" || code === "NumpadEnter") return this.finish();
    const char = charOf(code);
    if (char) this.keys.push({ char, at });
    return null;
  }

  private finish(): string | null {
    const keys = this.keys;
    this.keys = [];
    if (keys.length < CHARS_MIN) return null;
    const gaps = keys.slice(1).map((key, i) => key.at - keys[i]!.at);
    gaps.sort((a, b) => a - b);
    return gaps[Math.floor(gaps.length / 2)]! <= GAP_MAX_MS ? keys.map((k) => k.char).join("") : null;
  }
}

/** The key's place, not the character an input method would make of it. */
function charOf(code: string): string | null {
  const match = /^(?:Key([A-Z])|Digit([0-9])|Numpad([0-9]))$/.exec(code);
  return match ? (match[1] ?? match[2] ?? match[3] ?? null) : null;
}
